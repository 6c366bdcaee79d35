// The real server on a port of its own, with an empty store, that can be killed and started again.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const START_MS = 20000;

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

export async function createServerUnderTest({ options = [] } = {}) {
  const port = await freePort();
  const store = join(process.env.MR_BROWSER_DIR, `viewers-${port}.db`);
  const url = `http://127.0.0.1:${port}`;
  let process_ = null;
  let log = '';

  async function start() {
    process_ = spawn(process.env.MR_PROGRAM,
      ['serve', '--listen', `127.0.0.1:${port}`, '--store', `sqlite:${store}`, ...options],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, MOODREEL_HOME: process.cwd() } });
    for (const stream of [process_.stdout, process_.stderr]) stream.on('data', (text) => { log += text; });
    for (const end = Date.now() + START_MS; Date.now() < end; await sleep(50)) {
      if (process_.exitCode !== null) break;
      try {
        if ((await fetch(`${url}/healthz`)).ok) return;
      } catch {
        // Not there yet.
      }
    }
    throw new Error(`the server did not start:\n${log}`);
  }

  async function end(signal) {
    if (!process_ || process_.exitCode !== null || process_.signalCode !== null) return;
    const over = new Promise((resolve) => process_.once('exit', resolve));
    process_.kill(signal);
    await over;
  }

  return {
    url,
    start,
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGTERM');
      for (const ending of ['', '-wal', '-shm']) rmSync(store + ending, { force: true });
    },
    log: () => log,
  };
}
