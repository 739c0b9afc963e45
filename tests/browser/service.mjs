// A service of a test's own: the real binary, with a settings file, a database and a free port of its own.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '../..');

/** A port of this machine on which nobody listens. */
export async function freePort() {
  const taken = createServer();
  await new Promise((ready) => taken.listen(0, '127.0.0.1', ready));
  const { port } = taken.address();
  await new Promise((gone) => taken.close(gone));
  return port;
}

/**
 * Starts `lanyard serve` at http://localhost:PORT: a name, because browsers use passkeys at none but names. `settings` is
 * the rest of its settings file; `prepare` is called with what runs other verbs, before the service starts.
 */
export async function serve({ settings = '', prepare = async () => {} } = {}) {
  const binary = process.env.LANYARD_BIN;
  if (!binary) throw new Error('LANYARD_BIN names no program: run run.sh');
  const port = await freePort();
  const address = `http://localhost:${port}`;
  const folder = await mkdtemp(join(tmpdir(), 'lanyard-serve-'));
  const file = join(folder, 'lanyard.toml');
  const first = `organisation = "Browser tests"\naddress = "${address}"\nlisten = "127.0.0.1:${port}"\npolicy = "${root}/policy"\n`;
  await writeFile(file, first + settings);
  const cli = async (...words) => (await promisify(execFile)(binary, ['--config', file, ...words])).stdout.trim();
  await cli('migrate');
  await prepare(cli, folder);

  const server = spawn(binary, ['--config', file, 'serve'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => { said += text; });
  const ended = new Promise((over) => server.once('exit', over));
  const stop = async () => {
    server.kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  for (let tries = 0; ; tries += 1) {
    const there = await fetch(`${address}/sign-in`).then((answer) => answer.ok, () => false);
    if (there) return { address, cli, stop };
    if (tries > 120 || server.exitCode !== null) {
      await stop();
      throw new Error(`the service did not start; it said:\n${said}`);
    }
    await new Promise((on) => setTimeout(on, 500));
  }
}
