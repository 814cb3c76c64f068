/** Real minidumps of three systems with a key written into their memory: lldb says of the scrubbed ones what it said. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { bytesSource, openDump } from '@mintmark/dump'
import { mintmark } from '@mintmark/testkit'
import { lldbBacktrace } from './process/backtrace.ts'
import { piecesOf } from './process/core_file.ts'
import { describeVictim } from './process/programs.ts'
import { FOLDER } from './process/victim_process.ts'
import { placeOf } from './scan_checks.ts'
import { scanned } from './scanned.ts'
import { bigEndian } from './truth/encodings.ts'
import { search } from './truth/exact_search.ts'
import { freshRsa } from './truth/key_files.ts'
import { rsaTruthOf } from './truth/rsa_truth.ts'
import { BESIDE } from './victim_test.ts'

/** Beside the repository, where they are at hand. */
const DUMPS = resolve(fileURLToPath(import.meta.url), '../../../../../shared/data/dumps')
const BREAKPAD = 'breakpad/src/processor/testdata'

/** Of Windows, Linux and macOS; with 2 to 247 frames for lldb. */
const FILES = [
  `${BREAKPAD}/stack_exhaustion.dmp`,
  `${BREAKPAD}/minidump_crashpad_annotation.dmp`,
  `${BREAKPAD}/tiny-exe-with-cet-xsave-x86.dmp`,
  `${BREAKPAD}/linux_outside_module.dmp`,
  `${BREAKPAD}/minidump2.dmp`,
  'rust-minidump/testdata/pipeline-inlines-macos-segv.dmp',
  'lldb/packages/Python/lldbsuite/test/functionalities/postmortem/minidump-new/linux-x86_64.dmp',
  'radare2-testbins/mdmp/calc.dmp',
]

const key = freshRsa()
const truth = rsaTruthOf(key)
const publicKey = join(FOLDER, 'minidump.pem')

/** Bytes that both numbers and what is kept free around them take. */
const PLANTED = 1024

/** A copy with p in limbs and d, highest byte first, where the largest run of memory ends: behind all frames. */
function planted(file: string): string {
  const bytes = readFileSync(join(DUMPS, file))
  const { segments } = openDump(bytesSource(bytes))
  const [largest] = segments.toSorted((a, b) => b.length - a.length)
  assert.ok(largest !== undefined && largest.length >= 2 * PLANTED)
  const { d = 0n, p = 0n } = truth.rsa ?? {}
  const at = (largest.offset + largest.length - PLANTED) & ~7
  bytes.set(bigEndian(p).toReversed(), at)
  bytes.set(bigEndian(d), at + 300)
  const copy = join(FOLDER, basename(file))
  writeFileSync(copy, bytes)
  return copy
}

const absent = () => (existsSync(DUMPS) ? false : 'the dumps are not beside the repository')

describeVictim('a minidump with a key', ['lldb'], () => {
  writeFileSync(publicKey, truth.publicKey)
  describe('is scrubbed, and unwound as before:', { concurrency: BESIDE, skip: absent() }, () => {
    for (const file of FILES) it(basename(file), () => assertScrubbed(planted(file)))
  })
})

async function assertScrubbed(dump: string): Promise<void> {
  const out = `${dump}.scrubbed`
  const given = ['--public-key', publicKey]
  const names = search(piecesOf(dump), truth.needles).map(({ needle }) => needle.name)
  assert.deepEqual(names, ['p le', 'd be'])
  const { code, out: said } = await mintmark('scrub', dump, '-o', out, ...given)
  assert.equal(code, 0, said)
  assert.equal(statSync(out).size, statSync(dump).size)
  assert.deepEqual(search(piecesOf(out), truth.needles).map(placeOf), [])
  assert.deepEqual((await scanned(out, '--deep', ...given)).findings, [])
  const before = lldbBacktrace(dump)
  assert.ok(before.some((line) => line.includes('frame #0')))
  assert.deepEqual(lldbBacktrace(out), before)
}
