/**
 * The default scan of a real core beside the tools that a responder would take: rsakeyfind and aeskeyfind, which look
 * for keys in memory, and gitleaks and yara, which look for patterns.
 * The core is of a process made here: a dense heap of a gigabyte that holds an RSA key and AES schedules. Every program
 * reads the same file with its page cache warm, one after another. What counts is the ratio to rsakeyfind followed by
 * aeskeyfind, and that Mintmark finds each real key among their findings. Then the same core is scanned for the
 * private halves of one public key, and of a hundred, three times alternately. It has no copy of them.
 * Needs gcore (of gdb) and GNU time; a peer that is missing is left out, and fails the run where CI=true. BENCH_TINY=1
 * takes a small process and checks what is found alone.
 * Usage: node bench/src/scan_peers.bench.ts [MEGABYTES] [--core FILE]
 */
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { aesKeysMissed, type Ours, oursOf, rsaKeysMissed } from './parts/peer_findings.ts'
import { RULES } from './parts/peer_rules.ts'
import { denseCore, has, MINTMARK, type Run, run } from './parts/scan_runs.ts'

const IS_TINY = process.env['BENCH_TINY'] === '1'
const IS_CI = process.env['CI'] === 'true'
const MEGABYTES = IS_TINY ? 96 : Number(process.argv[2]?.match(/^\d+$/)?.[0] ?? 1024)
const ASKED = { ratio: 10, peakMb: 512, gigabytesPerSecond: 0.5, hundredRatio: 2 } as const

function print(name: string, bytes: number, { seconds, cpu, peakMb }: Run, found: string): void {
  const rate = (bytes / seconds / 1e6).toFixed(0)
  console.log(
    `${name.padEnd(12)} ${seconds.toFixed(2).padStart(8)} s  ${cpu.toFixed(2).padStart(8)} s CPU  ${rate.padStart(6)} MB/s  peak ${peakMb.toFixed(0).padStart(5)} MB  ${found}`,
  )
}

/** A peer's run, or undefined where it is not installed. */
function peer(name: string, ...args: readonly string[]): Run | undefined {
  if (has(name)) return run(name, ...args)
  if (IS_CI) throw new Error(`${name} is not installed`)
  console.log(`${name.padEnd(12)} left out: not installed`)
  return undefined
}

const lines = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length

function compareMemoryTools(core: string, bytes: number, ours: Ours): readonly Run[] {
  const rsa = peer('rsakeyfind', core)
  const aes = peer('aeskeyfind', '-q', core)
  if (rsa !== undefined) {
    const { named, real, missed } = rsaKeysMissed(rsa.out, ours)
    print('rsakeyfind', bytes, rsa, `names ${named} places, ${real} of them keys`)
    if (missed > 0) throw new Error(`${missed} keys of rsakeyfind are not among ours`)
  }
  if (aes !== undefined) {
    const { named, exact, missed } = aesKeysMissed(aes.out, core, ours)
    print('aeskeyfind', bytes, aes, `names ${named} keys, ${exact} with a whole schedule`)
    if (missed > 0) throw new Error(`${missed} keys of aeskeyfind are not among ours`)
  }
  return [rsa, aes].filter((each) => each !== undefined)
}

function compareTextTools(folder: string, core: string, bytes: number): void {
  const rules = path.join(folder, 'rules.yar')
  writeFileSync(rules, RULES)
  const found = peer('yara', '-s', rules, core)
  if (found !== undefined) print('yara', bytes, found, `${lines(found.out, /^0x/gm)} places`)
  const report = path.join(folder, 'report.json')
  const place = path.dirname(core)
  const leaks = peer('gitleaks', 'detect', '--no-git', '-s', place, '-r', report, '--redact')
  if (leaks !== undefined) {
    const size = statSync(report, { throwIfNoEntry: false })?.size ?? 0
    print('gitleaks', bytes, leaks, size > 8 ? 'reports something' : 'reports nothing')
  }
}

/** PEM of public keys of RSA with 2,048 bits that nobody else has. */
function newPublicKeys(count: number): string {
  const pems = Array.from({ length: count }, () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    return publicKey.export({ type: 'spki', format: 'pem' }).toString()
  })
  return pems.join('')
}

/** Runs of one key and of a hundred, alternately. */
const TURNS = IS_TINY ? 1 : 3

function searchForGiven(folder: string, core: string, bytes: number): void {
  const counts = [1, IS_TINY ? 2 : 100]
  const files = counts.map((count) => path.join(folder, `${count}.pem`))
  for (const [k, count] of counts.entries()) writeFileSync(files[k] ?? '', newPublicKeys(count))
  const runs = Array.from({ length: TURNS }, () =>
    files.map((keys, k) => {
      const found = run(process.execPath, MINTMARK, 'scan', core, '--json', '--public-key', keys)
      print(k === 0 ? '1 key' : `${counts[k]} keys`, bytes, found, '')
      return found
    }),
  )
  if (IS_TINY) return
  const [one = 0, hundred = 0] = counts.map((_, k) =>
    Math.min(...runs.map((turn) => turn[k]?.seconds ?? Number.POSITIVE_INFINITY)),
  )
  const peak = Math.max(...runs.flat().map(({ peakMb }) => peakMb))
  const { gigabytesPerSecond, hundredRatio, peakMb } = ASKED
  console.log(
    `the fastest of ${TURNS}: with one public key ${(bytes / one / 1e9).toFixed(2)} GB/s (asked ${gigabytesPerSecond}), with 100 keys ${(hundred / one).toFixed(2)} times as long (asked at most ${hundredRatio}), peak ${peak.toFixed(0)} MB (asked at most ${peakMb})`,
  )
}

async function bench(folder: string): Promise<void> {
  const at = process.argv.indexOf('--core')
  const core =
    at < 0 ? await denseCore(folder, MEGABYTES) : path.resolve(process.argv[at + 1] ?? '')
  const bytes = statSync(core).size
  const data = statSync(core).blocks * 512
  execFileSync('cat', [core], { stdio: ['ignore', 'ignore', 'ignore'] })
  console.log(
    `node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}\ncore of ${(bytes / 1e6).toFixed(0)} MB, ${(data / 1e6).toFixed(0)} MB of it data`,
  )
  const own = run(process.execPath, MINTMARK, 'scan', core, '--json')
  const ours = oursOf(own.out, core)
  print('mintmark', bytes, own, `${ours.found} verified locations, ${ours.limits} limits`)
  searchForGiven(folder, core, bytes)
  const peers = compareMemoryTools(core, bytes, ours)
  if (!IS_TINY) compareTextTools(folder, core, bytes)
  if (peers.length < 2 || IS_TINY) return
  const both = peers.reduce((sum, { seconds }) => sum + seconds, 0)
  console.log(
    `mintmark is ${(both / own.seconds).toFixed(1)} times as fast as both one after the other (asked ${ASKED.ratio}), peak ${own.peakMb.toFixed(0)} MB (asked at most ${ASKED.peakMb}); it finds all that they find`,
  )
}

const missing = ['gcore', '/usr/bin/time'].filter((program) => !has(program))
if (missing.length > 0) {
  console.log(`left out: ${missing.join(', ')} not installed`)
  if (IS_CI) process.exitCode = 1
} else {
  const folder = mkdtempSync(path.join(tmpdir(), 'mintmark-peers-'))
  try {
    await bench(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
