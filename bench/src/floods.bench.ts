/**
 * Scans of files that are made to hold a scan up, beside a usual file of the same size: what is dense in the core of a
 * process with a heap of many kinds of data.
 * Each file is scanned with no public key, with one and with a hundred, by the command, its start counted. Asked: no
 * more than ten times as long as the usual file, at most 512 MB, and that the output names what was cut short. The
 * key of some floods is the one given.
 * Needs gcore (of gdb) and GNU time, and fails without them where CI=true. BENCH_TINY=1 takes small files, with a hundred
 * keys (with the one among them) alone, and checks memory, and that nothing fails.
 * Usage: node bench/src/floods.bench.ts [MEGABYTES] [--only PART-OF-A-NAME]
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { isObject, parseObject } from '@mintmark/core'
import { floodWorld, manyKeys } from './parts/floods.ts'
import { denseCore, has, MINTMARK, type Run, run } from './parts/scan_runs.ts'

const IS_TINY = process.env['BENCH_TINY'] === '1'
const IS_CI = process.env['CI'] === 'true'
const MIB = 1 << 20
const BYTES = (IS_TINY ? 4 : Number(process.argv[2]?.match(/^\d+$/)?.[0] ?? 128)) * MIB
const ASKED = { ratio: 10, peakMb: 512 } as const
/** Of a block of a megabyte that counts as dense. */
const MOST_ZEROS = 0.2

/** So many bytes of a core, block by block where it is dense. */
function denseBytes(core: string, length: number): Buffer {
  const found: Buffer[] = []
  const file = openSync(core, 'r')
  try {
    for (let at = 0; found.length * MIB < length; at += MIB) {
      const block = Buffer.alloc(MIB)
      if (readSync(file, block, 0, MIB, at) < MIB) break
      let zeros = 0
      for (const byte of block) if (byte === 0) zeros++
      if (zeros <= MOST_ZEROS * MIB) found.push(block)
    }
  } finally {
    closeSync(file)
  }
  const dense = Buffer.concat(found)
  if (dense.length === 0) throw new Error('nothing in the core is dense')
  return Buffer.alloc(length, dense)
}

interface Said {
  readonly findings: number
  readonly limits: number
}

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0)

function said(out: string): Said {
  const reports = parseObject(out)?.['reports']
  const report: unknown = Array.isArray(reports) ? reports[0] : undefined
  if (!isObject(report)) throw new Error('no report')
  return { findings: lengthOf(report['findings']), limits: lengthOf(report['limits']) }
}

function print(name: string, keys: string, usual: Run | undefined, now: Run): void {
  const { findings, limits } = said(now.out)
  const ratio =
    usual === undefined
      ? ''
      : `${(now.seconds / usual.seconds).toFixed(1)} and ${(now.cpu / usual.cpu).toFixed(1)} times`
  console.log(
    `${name.padEnd(34)} ${keys.padEnd(8)} ${now.seconds.toFixed(2).padStart(6)} s ${now.cpu.toFixed(2).padStart(6)} s CPU  ${ratio.padEnd(20)} peak ${now.peakMb.toFixed(0).padStart(4)} MB  ${findings} places, ${limits} limits`,
  )
}

async function bench(folder: string): Promise<void> {
  const core = await denseCore(folder, IS_TINY ? 32 : (2 * BYTES) / MIB)
  const file = path.join(folder, 'file')
  const { publicKey, floods } = floodWorld()
  const [one, many] = ['one.pem', 'many.json'].map((name) => path.join(folder, name))
  if (one === undefined || many === undefined) return
  writeFileSync(one, publicKey)
  writeFileSync(many, manyKeys(publicKey, 100))
  const given = { ...(!IS_TINY && { 'no key': [], 'one key': [one] }), '100 keys': [many] }
  const scans = Object.entries(given).map(([keys, files]) => {
    const options = files.flatMap((name) => ['--public-key', name])
    return { keys, scan: () => run(process.execPath, MINTMARK, 'scan', file, '--json', ...options) }
  })
  console.log(
    `node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}\nfiles of ${(BYTES / 1e6).toFixed(0)} MB; times are those of the usual file, by the clock and by CPU`,
  )
  writeFileSync(file, denseBytes(core, BYTES))
  rmSync(core)
  const usual = new Map(scans.map(({ keys, scan }) => [keys, scan()]))
  for (const [keys, now] of usual) print('what is usual', keys, undefined, now)
  const at = process.argv.indexOf('--only')
  const only = at < 0 ? '' : (process.argv[at + 1] ?? '')
  let worst = { ratio: 0, peakMb: 0 }
  for (const [name, make] of Object.entries(floods)) {
    if (!name.includes(only)) continue
    writeFileSync(file, make(BYTES))
    for (const { keys, scan } of scans) {
      const beside = usual.get(keys)
      const now = scan()
      print(name, keys, beside, now)
      const ratio = beside === undefined ? 0 : now.cpu / beside.cpu
      worst = {
        ratio: Math.max(worst.ratio, ratio),
        peakMb: Math.max(worst.peakMb, now.peakMb),
      }
    }
  }
  console.log(
    `at worst ${worst.ratio.toFixed(1)} times the CPU of a usual file (asked less than ${ASKED.ratio}), peak ${worst.peakMb.toFixed(0)} MB (asked at most ${ASKED.peakMb})`,
  )
  if (worst.peakMb > ASKED.peakMb) throw new Error('a flood takes more memory than it may')
}

const missing = ['gcore', '/usr/bin/time'].filter((program) => !has(program))
if (missing.length > 0) {
  console.log(`left out: ${missing.join(', ')} not installed`)
  if (IS_CI) process.exitCode = 1
} else {
  const folder = mkdtempSync(path.join(tmpdir(), 'mintmark-floods-'))
  try {
    await bench(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
