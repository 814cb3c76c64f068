/** A process that holds a key, started for one test and ended with it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** For a program that waits for processors with all that a machine is asked for. */
const START_LIMIT_MS = 300_000
/** What was started and has not been stopped: it must not outlive the tests. */
const running = new Set<ChildProcess>()

/** Folder of one test file, for keys, programs and cores; it goes with the process. */
export const FOLDER: string = mkdtempSync(join(tmpdir(), 'mintmark-victims-'))
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(FOLDER, { recursive: true, force: true })
})

export interface Victim {
  readonly pid: number
  stop(): Promise<void>
}

/**
 * Starts a program and waits until it prints what says that its key is loaded.
 * @param ready what it then has printed, on either stream
 */
export async function startVictim(
  command: string,
  args: readonly string[],
  ready: Pick<RegExp, 'test'>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Victim> {
  const child = spawn(command, args, { cwd: FOLDER, env, stdio: ['pipe', 'pipe', 'pipe'] })
  running.add(child)
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => {
      running.delete(child)
      resolve()
    })
  })
  try {
    await until(child, ready)
  } catch (error) {
    // What runs on keeps this process from ending.
    child.kill('SIGKILL')
    throw error
  }
  return {
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/**
 * The same of a program that prints a secret that it made between `masked` and `ready`: turned so
 * that no copy is there which only the test asked for.
 */
export async function startMasked(
  command: string,
  args: readonly string[],
): Promise<{ readonly victim: Victim; readonly masked: readonly string[] }> {
  let printed = ''
  const ready = {
    test: (text: string) => {
      printed = text
      return /ready/.test(text)
    },
  }
  const victim = await startVictim(command, args, ready)
  const [, masked = ''] = /masked (.*) ready/.exec(printed) ?? []
  return { victim, masked: masked.split(' ') }
}

/** Numbers are printed three times what they are, and bytes (in hex) with each bit of 0x5a turned. */
export const unmaskedNumber = (text: string): bigint => BigInt(text) / 3n
export const unmaskedBytes = (text: string): Buffer =>
  Buffer.from(Buffer.from(text, 'hex').map((byte) => byte ^ 0x5a))

function until(child: ChildProcess, ready: Pick<RegExp, 'test'>): Promise<void> {
  return new Promise((resolve, reject) => {
    let printed = ''
    const refuse = () => reject(new Error(`${child.spawnfile} is not ready: ${printed}`))
    // What was printed while this process computed is read before an immediate is called.
    const limit = setTimeout(() => setImmediate(refuse), START_LIMIT_MS)
    const take = (text: string) => {
      printed += text
      if (!ready.test(printed)) return
      clearTimeout(limit)
      resolve()
    }
    child.stdout?.setEncoding('utf8').on('data', take)
    child.stderr?.setEncoding('utf8').on('data', take)
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`ended with ${code}: ${printed}`)))
  })
}

/** Runs a program to its end and gives what it printed; any other end than 0 is an error. */
export function ran(
  command: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly input?: string } = {},
): string {
  const stdio: ['pipe', 'pipe', 'pipe'] = ['pipe', 'pipe', 'pipe']
  return execFileSync(command, args, {
    cwd: FOLDER,
    encoding: 'utf8',
    stdio,
    maxBuffer: 1 << 26,
    ...options,
  })
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        resolve(typeof address === 'object' && address !== null ? address.port : 0),
      )
    })
  })
}
