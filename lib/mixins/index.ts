export * from './runtime-filesystems';
