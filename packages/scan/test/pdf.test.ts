/** PDF: what stands on pages, over page breaks, in notes and attachments; what cannot be read is told. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { deflateSync, gzipSync } from 'node:zlib'
import { changedPdf, madePdf, readAgain } from '@mintmark/testkit'
import { patienceFor } from '../src/pdf/read_pdf.ts'
import { scanFile } from '../src/scan_file.ts'
import { scanPipe } from '../src/scan_pipe.ts'
import { scrubFile } from '../src/scrub/scrub_file.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'pdf-'))
after(() => rmSync(folder, { recursive: true }))
/** Where this process alone makes temporary files. */
const temporary = path.join(folder, 'tmp')
mkdirSync(temporary)
process.env['TMPDIR'] = temporary

const rsa = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 })).privateKey
const ec = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' })).privateKey
const pem = rsa.export({ format: 'pem', type: 'pkcs8' }).toString().trim().split('\n')
const jwk = JSON.stringify(rsa.export({ format: 'jwk' }), undefined, 1)
const HEAD = 'Runbook of the signing service'

function fileOf(name: string, bytes: Uint8Array): string {
  const file = path.join(folder, name)
  writeFileSync(file, bytes)
  return file
}

/** Certainty, kind, form and owner of each place. */
async function placesIn(name: string, bytes: Uint8Array): Promise<readonly string[]> {
  const { findings } = await scanFile(fileOf(name, bytes))
  return findings.map(({ kind, form, owner }) => `${kind} ${form} ${owner?.kind} ${owner?.name}`)
}

/** Lines of at most 80 letters, as a page sets them. */
function set(lines: string): readonly string[] {
  return lines.split('\n').flatMap((line) => line.match(/.{1,80}/g) ?? [''])
}

/** The first `count` lines on one page, the rest on the next, each with a head and a number. */
function overTwo(lines: readonly string[], count: number): readonly (readonly string[])[] {
  return [
    [HEAD, 'The key is:', ...lines.slice(0, count), '1'],
    [HEAD, ...lines.slice(count), 'That was it.', '2'],
  ]
}

describe('a PDF', () => {
  it('has its keys found where they stand on a page', async () => {
    const bytes = madePdf({ pages: [['Nothing here.'], ['The key is:', ...pem, 'It is old.']] })
    const { packedBy, limits, findings } = await scanFile(fileOf('page.pdf', bytes))
    assert.deepEqual([packedBy, limits, findings.length], ['PDF', [], 1])
    const [found] = findings
    assert.deepEqual(found?.owner, { kind: 'page', name: '2' })
    assert.ok(found.offset > bytes.length)
    assert.deepEqual(readdirSync(temporary), [])
  })

  for (const count of [1, 2, 14, pem.length - 2, pem.length - 1]) {
    it(`has a PEM found that goes over the page after ${count} lines`, async () => {
      const places = await placesIn('over.pdf', madePdf({ pages: overTwo(pem, count) }))
      assert.deepEqual(places, ['rsa pem page 1'])
    })
  }

  for (const count of [1, 3, 6, 9, 12, 20]) {
    it(`has a JWK found that goes over the page after ${count} lines`, async () => {
      const places = await placesIn('jwk.pdf', madePdf({ pages: overTwo(set(jwk), count) }))
      assert.deepEqual(places, ['rsa jwk page 1'])
    })
  }

  it('keeps what it takes out from between the lines of a key', async () => {
    const token = `eyJhbGciOiJSUzI1NiJ9.${'eyJpc3MiOiJ0ZXN0In0'.repeat(3)}.${'c2lnbmF0dXJl'.repeat(8)}`
    const pages = [pem.slice(0, 9), [`Head ${token.slice(0, 60)}`, ...pem.slice(9)]]
    const found = await scanFile(fileOf('head.pdf', madePdf({ pages })))
    assert.equal(found.findings.length, 1)
    assert.equal(
      found.segments,
      (await scanFile(fileOf('plain.pdf', madePdf({ pages: [['a'], ['b']] })))).segments + 1,
    )
  })

  it('has what is attached to it searched, in any form', async () => {
    const attached = {
      name: 'key.pem',
      bytes: Buffer.from(ec.export({ format: 'pem', type: 'pkcs8' })),
    }
    const places = await placesIn('attached.pdf', madePdf({ pages: [['See there.']], attached }))
    assert.deepEqual(places, ['ec pem attachment key.pem'])
  })

  it('has found what was taken out of it later', async () => {
    const bytes = changedPdf(madePdf({ pages: [pem] }), ['The key was here.'])
    const places = await placesIn('changed.pdf', bytes)
    assert.deepEqual(places, ['rsa pem page 1, before it was changed'])
  })

  it('is searched through a pipe and packed as well', async () => {
    const bytes = madePdf({ pages: [pem] })
    const { findings, packedBy } = await scanPipe(openSync(fileOf('pipe.pdf', bytes), 'r'), '-')
    assert.deepEqual([findings.length, packedBy], [1, 'PDF'])
    assert.deepEqual(await placesIn('page.pdf.gz', gzipSync(bytes)), ['rsa pem page 1'])
  })

  it('that is no PDF but a dump is searched as the dump', async () => {
    const file = fileOf('text.pdf', Buffer.from(`%PDF- is what it says\n${pem.join('\n')}\n`))
    const { findings, limits } = await scanFile(file)
    assert.deepEqual([findings.length, limits.map(({ code }) => code)], [1, ['pdf-unread']])
  })
})

describe('a PDF that cannot be read', () => {
  const whole = madePdf({ pages: [pem] })

  it('to its end says so, and what is there is searched', async () => {
    const at = whole.lastIndexOf('endstream')
    const { limits } = await scanFile(fileOf('cut.pdf', whole.subarray(0, at - 40)))
    assert.ok(limits.some(({ code }) => code === 'pdf-unread'))
  })

  it('since a stream unpacks to too much says so, and keeps to its memory', async () => {
    const bomb = { name: 'bomb', bytes: deflateSync(Buffer.alloc(96 << 20)) }
    const bytes = madePdf({ pages: [['Nothing.']], attached: bomb })
    const packed = bytes.indexOf(deflateSync(bomb.bytes))
    // The stream's own bytes: deflated once, not twice.
    const once = Buffer.concat([
      bytes.subarray(0, packed),
      bomb.bytes,
      bytes.subarray(packed + deflateSync(bomb.bytes).length),
    ])
    const { limits } = await scanFile(fileOf('bomb.pdf', once))
    assert.deepEqual(new Set(limits.map(({ code }) => code)), new Set(['pdf-unread']))
  })

  it('since it is too large is searched as it is, and says so', async () => {
    const file = fileOf('large.pdf', Buffer.from(`%PDF-1.7\n${pem.join('\n')}\n`))
    truncateSync(file, 80 << 20)
    const { findings, limits, packedBy } = await scanFile(file)
    assert.deepEqual([findings.length, packedBy], [1, undefined])
    assert.match(limits[0]?.message ?? '', /larger than 64 MiB/)
  })

  it('is not scrubbed: what it holds lies where nothing can be erased', async () => {
    const file = fileOf('scrub.pdf', whole)
    await assert.rejects(scrubFile(file, { out: path.join(folder, 'out.pdf') }), {
      code: 'INPUT_INVALID',
      message: /is a PDF: what its pages and streams hold cannot be erased/,
    })
  })
})

it('a small PDF is given less time than a large one, which has half a minute', () => {
  const sizes = [0, 100_000, 500_000, 1_000_000, 64 << 20]
  assert.deepEqual(sizes.map(patienceFor), [4000, 8000, 24_000, 30_000, 30_000])
})
