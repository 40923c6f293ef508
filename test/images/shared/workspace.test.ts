import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findWorkspace } from '../../../images/session/shared/workspace';

// /dev/shm is a mount on every Linux, so the kernel itself tells what is one
const MOUNT = mkdtempSync('/dev/shm/workspace-');
const FOLDER = mkdtempSync(join(tmpdir(), 'workspace-'));
const plain = { deviceOf: () => 1 };

test('a mount at the usual place lasts', () => {
  expect(findWorkspace({}, { mount: MOUNT })).toEqual({ root: MOUNT, persistent: true });
});

test('the plain folder that the image has at the usual place does not', () => {
  expect(findWorkspace({}, { mount: FOLDER, ...plain })).toEqual({ root: FOLDER, persistent: false });
});

test('the place that the construct names is used, and has to be a mount', () => {
  const mounts: Record<string, number> = { '/mnt/work': 7, '/': 1 };
  const environment = { AGENT_WORKSPACE: '/mnt/work' };
  const at = (deviceOf: (folder: string) => number) => {
    try {
      return findWorkspace(environment, { mount: FOLDER, deviceOf });
    } catch (error) {
      // whoever runs the tests may not make folders below /mnt
      return (error as NodeJS.ErrnoException).code;
    }
  };
  const found = at((folder) => mounts[folder]);
  expect(['EACCES', 'EROFS', { root: '/mnt/work', persistent: true }]).toContainEqual(found);
  if (typeof found === 'object') {
    expect(at(() => 1)).toEqual({ root: '/mnt/work', persistent: false });
  }
});

test('a place elsewhere is a choice of whoever runs the server', () => {
  expect(findWorkspace({ AGENT_WORKSPACE: FOLDER }, plain)).toEqual({ root: FOLDER, persistent: true });
});

test('without a place that can be written, the home directory', () => {
  const environment = { HOME: FOLDER };
  expect(findWorkspace(environment, { mount: '/proc/1' })).toEqual({
    root: join(FOLDER, 'workspace'),
    persistent: false,
  });
});
