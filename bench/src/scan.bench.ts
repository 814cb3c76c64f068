/**
 * The kernels of the scan, and the scan as a whole, against reading the same file.
 * Kernels run over up to 64 MiB of the file that are in memory already, without zero pages. The whole scan reads,
 * with its page cache warm, and makes both passes. Rounds are interleaved, so that a noisy neighbour slows all alike:
 * ratios are what counts.
 * Usage: node bench/src/scan.bench.ts [file] [--rounds N]. Without a file, one of 64 MiB is made up: bytes that
 * look random, small numbers, text and zeros. BENCH_TINY=1 only checks that the kernel of schedules agrees with its reference.
 */
import {
  closeSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import {
  ALL_ANCHORS,
  AnchorKernel,
  findSchedulesReference,
  KernelMemory,
  PadKernel,
  ScheduleKernel,
  scanFile,
} from '@mintmark/scan'

const isTiny = process.env['BENCH_TINY'] === '1'
const PAGE = 4096
const MIB = 1 << 20
const SAMPLE_BYTES = isTiny ? 64 << 10 : 64 * MIB
/** References are slow: they see this much. */
const CHECKED_BYTES = 32 << 10

/** A page of what memory holds: noise, small numbers or text. */
function fillPage(page: Uint8Array, seed: number): void {
  let state = seed | 1
  const kind = seed % 4
  for (let i = 0; i < page.length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    if (kind === 0) page[i] = state
    else if (kind === 1) page[i] = i % 8 < 3 ? state : 0
    else if (kind === 2) page[i] = 0x61 + ((state >>> 8) % 26)
  }
}

function madeUp(folder: string): string {
  const bytes = new Uint8Array(SAMPLE_BYTES)
  for (let at = 0; at < bytes.length; at += PAGE) fillPage(bytes.subarray(at, at + PAGE), at / PAGE)
  const file = path.join(folder, 'made-up')
  writeFileSync(file, bytes)
  return file
}

/** Fills `target` with pages of the file that are not zero; gives how much. */
function loadPages(file: string, target: Uint8Array): number {
  const fd = openSync(file, 'r')
  const page = new Uint8Array(PAGE)
  let used = 0
  try {
    for (let at = 0; used + PAGE <= target.length; at += PAGE) {
      const held = readSync(fd, page, 0, PAGE, at)
      if (held === 0) break
      const part = page.subarray(0, held)
      if (part.every((byte) => byte === 0)) continue
      target.set(part, used)
      used += held
    }
  } finally {
    closeSync(fd)
  }
  return used
}

function readAll(file: string): number {
  const fd = openSync(file, 'r')
  const buffer = new Uint8Array(4 * MIB)
  let size = 0
  try {
    for (;;) {
      const held = readSync(fd, buffer, 0, buffer.length, size)
      if (held === 0) return size
      size += held
    }
  } finally {
    closeSync(fd)
  }
}

interface Subject {
  readonly name: string
  readonly bytes: number
  readonly run: () => unknown
}

async function compare(subjects: readonly Subject[], rounds: number): Promise<void> {
  const times = subjects.map((): number[] => [])
  for (let round = 0; round <= rounds; round++) {
    for (const [i, { run }] of subjects.entries()) {
      const start = performance.now()
      // oxlint-disable-next-line no-await-in-loop -- one after the other: they share the machine
      await run()
      // The first round warms up.
      if (round > 0) times[i]?.push(performance.now() - start)
    }
  }
  for (const [i, { name, bytes }] of subjects.entries()) {
    const ms = (times[i] ?? []).toSorted((a, b) => a - b)
    const at = (share: number) => ms[Math.floor(share * (ms.length - 1))] ?? Number.NaN
    const rate = (bytes / at(0.5) / 1e6).toFixed(2)
    const range = `${at(0.1).toFixed(1)}..${at(0.9).toFixed(1)}`
    console.log(
      `${name.padEnd(30)} median ${at(0.5).toFixed(1)} ms  p10..p90 ${range}  ${rate} GB/s`,
    )
  }
}

function check(name: string, fast: unknown, slow: unknown): void {
  if (JSON.stringify(fast) !== JSON.stringify(slow)) throw new Error(`${name} disagrees`)
  console.log(`${name}: agrees with its reference`)
}

async function main(file: string, rounds: number): Promise<void> {
  const memory = new KernelMemory(SAMPLE_BYTES)
  const window = memory.windowOf(SAMPLE_BYTES)
  const bytes = window.subarray(0, loadPages(file, window))
  const anchors = new AnchorKernel(memory, ALL_ANCHORS)
  const schedules = new ScheduleKernel(memory)
  const pads = new PadKernel(memory)
  const end = Math.min(CHECKED_BYTES, bytes.length)
  const head = bytes.subarray(0, end)
  check('schedules', schedules.find(head, 0, end), findSchedulesReference(head, 0, end))
  if (isTiny) return

  const size = statSync(file).size
  console.log(`\n${size} bytes, ${rounds} rounds, node ${process.version}, ${cpus()[0]?.model}`)
  const all = bytes.length
  const scan = (threads: number) => scanFile(file, { threads })
  await compare(
    [
      { name: 'read', bytes: size, run: () => readAll(file) },
      {
        name: `${ALL_ANCHORS.length} anchors`,
        bytes: all,
        run: () => anchors.find(bytes, 0, all, true, ignored),
      },
      {
        name: 'AES schedules, every 4 bytes',
        bytes: all,
        run: () => schedules.find(bytes, 0, all),
      },
      { name: 'HMAC pads, every 8 bytes', bytes: all, run: () => pads.find(bytes, 0, all, 8) },
      { name: 'whole scan, 1 thread', bytes: size, run: () => scan(1) },
      { name: 'whole scan, 2 threads', bytes: size, run: () => scan(2) },
    ],
    rounds,
  )
}

const ignored = () => {}

const args = process.argv.slice(2)
const at = args.indexOf('--rounds')
const rounds = at === -1 ? 5 : Number(args.splice(at, 2)[1])
const folder = mkdtempSync(path.join(tmpdir(), 'scan-bench-'))
try {
  await main(args[0] ?? madeUp(folder), rounds)
} finally {
  rmSync(folder, { recursive: true })
}
