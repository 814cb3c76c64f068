/**
 * Which parts of a sparse file hold data. Cores are mostly holes (of Java's 2.7 GB, 0.17 GB are data), and reading a
 * hole costs what reading data does: about 0.45 s a GB, in zeros. Only lseek(2) with `SEEK_DATA` and `SEEK_HOLE` says
 * where they are, which Node does not offer. Perl does, and belongs to the least that Debian and most other systems
 * install: asking it takes some 10 ms. Where it is missing, or anything is odd, the whole file counts as data.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { type FilePath, fsPath } from './file_path.ts'
import type { Range } from './memory/segment.ts'

const PERL = '/usr/bin/perl'
/** lseek(2) of Linux: 3 is `SEEK_DATA`, 4 `SEEK_HOLE`. Only ENXIO, 6, says that no data follow. */
const PROGRAM =
  'my $at = 0; while (defined(my $data = sysseek(STDIN, $at, 3))) ' +
  '{ $at = sysseek(STDIN, $data, 4) // exit 1; printf "%d %d\\n", $data, $at } exit($! + 0 != 6)'
const MAX_OUTPUT_BYTES = 1 << 24
const TIMEOUT_MS = 10_000
const BLOCK_BYTES = 512
/** Holes of a file with more data than this are not worth a process. */
const MAX_DATA_SHARE = 0.9

/**
 * The runs of the file that hold data, sorted and disjoint. The bytes between them are zeros. A
 * file that somebody writes to meanwhile may get data in what is called a hole.
 * @param size bytes of the file, as its source has them
 */
export function dataRanges(path: FilePath, size: number): readonly Range[] {
  const whole = size > 0 ? [{ offset: 0, length: size }] : []
  if (process.platform !== 'linux') return whole
  let file: number | undefined
  try {
    file = openSync(fsPath(path), constants.O_RDONLY | constants.O_NONBLOCK)
    const stats = fstatSync(file)
    if (!stats.isFile() || stats.blocks * BLOCK_BYTES > size * MAX_DATA_SHARE) return whole
    return readRanges(askPerl(file), size) ?? whole
  } catch {
    // The file's source says what is wrong with it.
    return whole
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

function askPerl(file: number): string | undefined {
  const result = spawnSync(PERL, ['-e', PROGRAM], {
    env: {},
    stdio: [file, 'pipe', 'ignore'],
    encoding: 'latin1',
    maxBuffer: MAX_OUTPUT_BYTES,
    timeout: TIMEOUT_MS,
  })
  return result.status === 0 ? result.stdout : undefined
}

/** The lines as ranges; undefined where they are anything but sorted pairs inside the file. */
function readRanges(lines: string | undefined, size: number): Range[] | undefined {
  if (lines === undefined) return undefined
  const ranges: Range[] = []
  let end = 0
  for (const line of lines.split('\n')) {
    if (line === '') continue
    const [from, to] = line.split(' ', 2).map(Number)
    if (from === undefined || to === undefined || !(from >= end && to > from)) return undefined
    end = to
    if (from < size) ranges.push({ offset: from, length: Math.min(to, size) - from })
  }
  return ranges
}
