import { CloudAssembly } from 'aws-cdk-lib/cx-api';

// each App without a folder of its own synthesizes into one below /tmp, which nobody else removes
afterAll(() => CloudAssembly.cleanupTemporaryDirectories());
