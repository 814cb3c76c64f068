import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { elfCore, readAgain } from '@mintmark/testkit'
import { scanFile } from '../src/scan_file.ts'
import { scanPipe } from '../src/scan_pipe.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'scan-pipe-'))
after(() => rmSync(folder, { recursive: true }))
/** Where this process alone makes temporary files. */
const temporary = path.join(folder, 'tmp')
mkdirSync(temporary)
process.env['TMPDIR'] = temporary

const { privateKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const memory = Buffer.alloc(300_000, createHash('sha512').update('memory').digest())
memory.set(privateKey.export({ format: 'der', type: 'pkcs8' }), 200_000)
const core = path.join(folder, 'core')
const empty = path.join(folder, 'empty')
writeFileSync(empty, '')
writeFileSync(core, elfCore({ memory: [{ address: 0x7f00_0000_1000n, bytes: memory }] }).bytes)

/** What is reported of what a program writes, which is our standard input's other end. */
async function throughPipe(command: string): Promise<unknown> {
  const pipe = path.join(folder, 'pipe')
  await ended('mkfifo', [pipe])
  const writer = ended('sh', ['-c', `${command} > "$0"`, pipe, core])
  const file = openSync(pipe, 'r')
  try {
    return await scanPipe(file, 'core')
  } finally {
    closeSync(file)
    await writer
    rmSync(pipe)
  }
}

function ended(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    spawn(program, args, { stdio: 'inherit' })
      .once('error', reject)
      .once('close', () => resolve())
  })
}

describe('scanPipe', () => {
  it('reports a pipe what scanFile reports a file with the same bytes', async () => {
    const ofFile = await scanFile(core)
    assert.equal(ofFile.findings.length, 1)
    const findings = ofFile.findings.map((finding) => ({ ...finding, file: 'core' }))
    assert.deepEqual(await throughPipe('cat "$1"'), { ...ofFile, file: 'core', findings })
  })

  it('takes what comes in small pieces, and nothing at all', async () => {
    const whole = await throughPipe('cat "$1"')
    assert.deepEqual(await throughPipe('dd if="$1" bs=700 status=none'), whole)
    const nothing = await throughPipe(':')
    assert.deepEqual(nothing, { ...(await scanFile(empty)), file: 'core' })
  })

  it('leaves nothing behind, and says why it cannot read', async () => {
    const file = openSync(folder, 'r')
    try {
      await assert.rejects(scanPipe(file, 'a folder'), {
        code: 'INPUT_UNREADABLE',
        facts: { path: 'a folder', errno: 'EISDIR' },
      })
    } finally {
      closeSync(file)
    }
    await throughPipe('cat "$1"')
    assert.deepEqual(readdirSync(temporary), [])
  })
})
