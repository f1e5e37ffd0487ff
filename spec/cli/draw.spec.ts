import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { lastValueFrom } from 'rxjs';
import { formatRecording, responseDone, responseStart } from 'rxchange';
import { memoryTransport } from 'rxchange/testing';
import { run } from '../../src/cli/run.ts';
import { testWorld, type TestWorld } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'rxchange-'));
const recording = join(folder, 'recording.json');

async function draw(...args: string[]): Promise<TestWorld & { status: number }> {
  const world = testWorld(memoryTransport());
  return { ...world, status: await lastValueFrom(run(['draw', ...args], world), { defaultValue: NaN }) };
}

beforeAll(() => {
  const values = { s: responseStart(200), d: responseDone() };
  writeFileSync(recording, formatRecording({ marbles: 's-(d|)', values, subscription: '^', frame: 1 }));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('rxchange draw', () => {
  test('writes a picture to stdout, or to a file', async () => {
    const { status, out } = await draw(recording);
    expect(status).toBe(0);
    expect(out()).toMatch(/^<svg [^]*recording\.json[^]*<\/svg>\n$/);

    const picture = join(folder, 'picture.svg');
    expect(await draw('-o', picture, recording)).toMatchObject({ status: 0 });
    expect(`${readFileSync(picture, 'latin1')}\n`).toBe(out());
  });

  test.each([
    ['is not there', 'nothing.json', undefined, 'cannot read'],
    ['is no recording', 'text.json', '--s-(d|)', 'this is no recording'],
  ])('says of a file that it %s', async (_, name, content, reason) => {
    const file = join(folder, name);
    if (content !== undefined) writeFileSync(file, content);
    const { status, err } = await draw(file);
    expect(status).toBe(2);
    expect(err()).toContain(reason);
    expect(err()).toContain(file);
  });

  test('says where it cannot write', async () => {
    const { status, err } = await draw('-o', folder, recording);
    expect(status).toBe(2);
    expect(err()).toContain(`cannot write ${folder}`);
  });

  test('says what to install when there is no renderer', async () => {
    jest.resetModules();
    jest.unstable_mockModule('@swirly/renderer-node', () => {
      throw Object.assign(new Error("Cannot find package '@swirly/renderer-node'"), {
        code: 'ERR_MODULE_NOT_FOUND',
      });
    });
    const { status, err } = await draw(recording);
    expect(status).toBe(2);
    expect(err()).toContain('npm install @swirly/renderer-node');
  });
});
