/** A case that several commands read at a time, each in a process of its own, and the page that one of them serves. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openCase } from '@mintmark/case'
import { mintmark, printedAddress, type Running, start } from '@mintmark/testkit'
import { writeEvidence } from '../../evidence_folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-readers-'))
const place = join(folder, 'case')
const inCase = ['--case', place]

before(async () => {
  const { folder: exports } = writeEvidence(join(folder, 'exports'))
  const { code } = await mintmark('investigate', exports, ...inCase)
  assert.equal(code, 1)
})
after(() => rmSync(folder, { recursive: true, force: true }))

async function stopped({ process: child }: Running): Promise<void> {
  const closed = once(child, 'close')
  child.kill('SIGTERM')
  await closed
}

/** The cookie that the printed address is exchanged for. */
async function entered(address: string): Promise<string> {
  const response = await fetch(address)
  return response.headers.get('set-cookie')?.split(';')[0] ?? ''
}

describe('a case that is served', () => {
  it('is read by scope, verdicts and report at once, with the answers that they have alone', async () => {
    const questions = [
      ['scope', '--json'],
      ['verdicts', '--json'],
      ['hunt', '--json'],
    ]
    const alone: string[] = []
    // oxlint-disable-next-line no-await-in-loop -- each has the case to itself
    for (const one of questions) alone.push((await mintmark(...one, ...inCase)).out)
    const ui = start('ui', ...inCase)
    const address = await printedAddress(ui.process)
    const cookie = await entered(address)
    const [report, page, ...asked] = await Promise.all([
      mintmark('report', ...inCase, '--out', join(folder, 'report'), '--no-pdf'),
      fetch(new URL('/api/answer', address), { headers: { cookie } }),
      ...questions.map((one) => mintmark(...one, ...inCase)),
    ])
    assert.equal(report.code, 0, report.err)
    assert.equal(page.status, 200)
    assert.deepEqual(
      asked.map(({ out }) => out),
      alone,
    )
    await stopped(ui)
    assert.equal((await mintmark('scope', ...inCase)).code, 1)
  })

  it('by a process that let it in is served on when that process has ended', async () => {
    const first = await openCase(place, { mode: 'read' })
    const ui = start('ui', ...inCase)
    const address = await printedAddress(ui.process)
    const headers = { cookie: await entered(address) }
    const asked = async (path: string) => {
      const response = await fetch(new URL(path, address), { headers })
      assert.equal(response.status, 200, path)
      return response.text()
    }
    const part = '/api/accesses?mailbox=cy@example.gov'
    const shown = await asked(part)
    await first.close()
    assert.equal(await asked(part), shown)
    await stopped(ui)
  })
})

describe('a browser', () => {
  it('is opened with a file of this user alone, which has the address and no argument has', async () => {
    const bin = mkdtempSync(join(folder, 'bin-'))
    const seen = join(bin, 'seen')
    for (const name of ['xdg-open', 'open'])
      writeFileSync(
        join(bin, name),
        `#!/bin/sh\nprintf %s "$*" > ${seen}.new\nmv ${seen}.new ${seen}\n`,
        { mode: 0o755 },
      )
    const path = process.env['PATH']
    process.env['PATH'] = `${bin}${delimiter}${path ?? ''}`
    const ui = start('ui', ...inCase, '--open')
    process.env['PATH'] = path
    const address = await printedAddress(ui.process)
    const file = await written(seen)
    assert.ok(!file.includes('token='))
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.ok(readFileSync(file, 'utf8').includes(`url=${address}"`))
    await stopped(ui)
    assert.throws(() => statSync(file), { code: 'ENOENT' })
  })

  it('that cannot be opened is said, and the case is served all the same', async () => {
    const path = process.env['PATH']
    process.env['PATH'] = mkdtempSync(join(folder, 'none-'))
    const ui = start('ui', ...inCase, '--open')
    process.env['PATH'] = path
    const said = once(ui.process.stderr ?? ui.process, 'data')
    await printedAddress(ui.process)
    assert.match(String(await said), /no browser was opened: (?:xdg-)?open is not installed/)
    await stopped(ui)
  })
})

async function written(file: string): Promise<string> {
  for (;;) {
    try {
      return readFileSync(file, 'utf8')
    } catch {
      // oxlint-disable-next-line no-await-in-loop -- until it is there
      await sleep(20)
    }
  }
}
