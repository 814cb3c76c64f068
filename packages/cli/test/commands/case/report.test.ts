import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isObject } from '@mintmark/core'
import { recipientsOf } from '../../../src/options/report_options.ts'
import { STOLEN_MESSAGES, writeEvidence } from '../../evidence_folder.ts'
import { mintmark } from '../../fake_io.ts'
import { assertHarmless, csv, objects, parsed } from '../../printed.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-cli-report-'))
const inCase = ['--case', join(folder, 'case')]
const out = join(folder, 'report')
const key = join(folder, 'signer.pem')
const publicKey = join(folder, 'signer.pub.pem')

before(async () => {
  const pair = generateKeyPairSync('ed25519')
  writeFileSync(key, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  writeFileSync(publicKey, pair.publicKey.export({ type: 'spki', format: 'pem' }))
  const made = writeEvidence(join(folder, 'exports'))
  await mintmark('investigate', made.folder, ...inCase, '--threads', '2')
})
after(() => rmSync(folder, { recursive: true, force: true }))

/** The files that the answer names are there, and it counts the tables. */
function assertNamed(printed: string): void {
  const named = [...printed.matchAll(/[\w.-]+\.(?:pdf|html|md|csv|\w*json\w*)\b/g)].map(
    ([name]) => name,
  )
  for (const name of named) assert.ok(existsSync(join(out, name)), name)
  for (const name of ['report.html', 'messages.csv', 'report.json']) assert.ok(named.includes(name))
  const tables = readdirSync(out).filter((name) => name.startsWith('table-')).length
  assert.match(printed, new RegExp(`${tables} × table-`))
  assert.match(printed, /^CHECK +mintmark report verify /m)
}

describe('report', () => {
  it('writes the folder, lists its files, and ends with 0 since it is written', async () => {
    const written = await mintmark('report', ...inCase, '--out', out, '--sign', key)
    assert.deepEqual([written.code, written.err], [0, ''])
    const printed = written.out
    assertHarmless(printed)
    assertNamed(printed)
    const messages = csv(readFileSync(join(out, 'messages.csv'), 'utf8'))
    assert.equal(messages.rows.length, STOLEN_MESSAGES)
    assert.ok(!readFileSync(join(out, 'MANIFEST.pub'), 'utf8').includes('PRIVATE'))
  })

  it('prints the command that checks it so that a shell takes it, however long the path', async () => {
    const place = join(folder, `it's ${'long '.repeat(20)}`.trim())
    const { out: printed } = await mintmark('report', ...inCase, '--out', place, '--no-pdf')
    const [, command = ''] = /^CHECK +mintmark ([\s\S]*)\n$/m.exec(printed) ?? []
    const read = spawnSync('sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' })
    assert.deepEqual(read.stdout.trimEnd().split('\n'), ['report', 'verify', place])
  })

  it('--json names every file with its hash', async () => {
    const args = [
      ...inCase,
      '--out',
      join(folder, 'json'),
      '--json',
      '--no-pdf',
      '--redact',
      'names',
      'addresses',
    ]
    const { code, out: printed } = await mintmark('report', ...args)
    assert.equal(code, 0)
    const files = objects(parsed(printed)['files'])
    assert.ok(files.every(({ sha256 }) => /^[0-9a-f]{64}$/.test(String(sha256))))
    const accounts = readFileSync(join(folder, 'json', 'accounts.csv'), 'utf8')
    assert.doesNotMatch(accounts, /ada@/)
  })

  it('is about what the options select', async () => {
    const place = join(folder, 'own')
    const args = [
      ...inCase,
      '--out',
      place,
      '--no-pdf',
      '--principal',
      'bo@example.gov',
      '--title',
      'Of Bo',
    ]
    assert.equal((await mintmark('report', ...args)).code, 0)
    const report = parsed(readFileSync(join(place, 'report.json'), 'utf8'))
    assert.equal(report['title'], 'Of Bo')
    const accounts = csv(readFileSync(join(place, 'accounts.csv'), 'utf8'))
    assert.deepEqual(
      accounts.rows.map(([mailbox]) => mailbox),
      ['bo@example.gov'],
    )
  })
})

describe('the first page', () => {
  it('says who prepared the report, when, and who may read it', async () => {
    const place = join(folder, 'cover')
    const said = ['--prepared-by', 'Ada of Agency', '--prepared-on', '2023-07-14']
    const args = [...inCase, '--out', place, '--no-pdf', ...said, '--classification', 'tlp:amber']
    assert.equal((await mintmark('report', ...args)).code, 0)
    const report = parsed(readFileSync(join(place, 'report.json'), 'utf8'))
    assert.deepEqual(report['prepared'], { by: 'Ada of Agency', on: '2023-07-14' })
    assert.equal(report['classification'], 'TLP:AMBER')
    const html = readFileSync(join(place, 'report.html'), 'utf8')
    assert.match(html, /@page\{size:A4;\s*@top-right\{content:"TLP:AMBER"\}/)
    assert.ok(html.includes('Ada of Agency') && html.includes('2023-07-14'))
  })

  it('names the day of today where none is given', async () => {
    const first = new Date(Date.now() - 3_600_000).toISOString().slice(0, 10)
    const { prepared } = parsed(readFileSync(join(out, 'report.json'), 'utf8'))
    const today = new Date().toISOString().slice(0, 10)
    assert.ok(isObject(prepared))
    assert.equal(prepared['by'], null)
    const on = String(prepared['on'])
    assert.ok(on <= today && on >= first, on)
  })

  const refused = [
    ['--classification', 'TLP:WHITE'],
    ['--classification', 'x'.repeat(101)],
    ['--prepared-by', ' '],
    ['--prepared-on', '2023-02-30x'],
    ['--prepared-on', '2023-02-30'],
    ['--paper', 'a5'],
  ]
  for (const given of refused)
    it(`refuses ${given.join(' ').slice(0, 40)}`, async () => {
      const place = join(folder, 'none')
      const { code } = await mintmark('report', ...inCase, '--out', place, '--no-pdf', ...given)
      assert.deepEqual([code, existsSync(place)], [2, false])
    })
})

describe('report --for', () => {
  it('writes a notice, which verifies, is signed, and names its recipient', async () => {
    const place = join(folder, 'notice')
    const args = [...inCase, '--out', place, '--no-pdf', '--for', 'ADA@example.gov', '--sign', key]
    const { code, err } = await mintmark('report', ...args)
    assert.deepEqual([code, err], [0, ''])
    const report = parsed(readFileSync(join(place, 'report.json'), 'utf8'))
    assert.deepEqual([report['recipient'], report['case']], ['ada@example.gov', ''])
    assert.ok(!existsSync(join(place, 'bundle.stix.json')))
    assert.equal((await mintmark('report', 'verify', place, '--key', publicKey)).code, 0)
  })

  it('all writes one for each, below the folder', async () => {
    const place = join(folder, 'notices')
    const args = [
      ...inCase,
      '--out',
      place,
      '--no-pdf',
      '--for',
      'all',
      'ada@example.gov',
      '--json',
    ]
    const { code, out: printed } = await mintmark('report', ...args)
    assert.equal(code, 0)
    const notices = objects(parsed(printed)['notices'])
    assert.ok(notices.length > 1)
    for (const { out: one } of notices) assert.ok(existsSync(join(String(one), 'MANIFEST')))
  })

  it('distinguishes letter case where two organisations differ by it alone', () => {
    const accounts = ['Acme', 'ACME'].map((organisation, n) => ({
      mailbox: `${n}@x.example`,
      organisation,
    }))
    const scope = { accounts }
    assert.deepEqual(
      recipientsOf(scope, ['ACME'])?.map(({ name }) => name),
      ['ACME'],
    )
    assert.throws(() => recipientsOf(scope, ['acme']), /acme is Acme or ACME/)
  })

  it('takes "all" for every organisation, although one has that name', () => {
    const accounts = ['all', 'Acme'].map((organisation, n) => ({
      mailbox: `${n}@x.example`,
      organisation,
    }))
    const namesOf = (name: string) => recipientsOf({ accounts }, [name])?.map((whom) => whom.name)
    assert.deepEqual(namesOf('all'), ['all', 'Acme'])
    assert.deepEqual(namesOf('ALL'), ['all'])
  })

  it('suggests the nearest name for an unknown one', async () => {
    const args = [...inCase, '--out', join(folder, 'typo'), '--for', 'ade@exampel.gov']
    const { code, err } = await mintmark('report', ...args)
    assert.equal(code, 2)
    assert.match(err, /no affected organisation or mailbox\. Did you mean ada@example\.gov\?/)
    assert.ok(!existsSync(join(folder, 'typo')))
  })
})

describe('report of accesses that options select', () => {
  const chosen = ['--mailbox', 'ada@example.gov', '--no-pdf']
  const textOf = async (place: string, ...more: readonly string[]) => {
    const args = [...inCase, '--out', place, ...chosen, ...more]
    assert.equal((await mintmark('report', ...args)).code, 0)
    return readFileSync(join(place, 'report.md'), 'utf8')
  }

  it('says on its first page that nothing but the options makes them the attacker’s', async () => {
    const text = await textOf(join(folder, 'chosen'))
    assert.match(text, /What happened\.\*\* Somebody used \d+ forged tokens\. /)
    assert.match(text, /Who is affected\.\*\* By the options that select accesses: 1 mailbox/)
    assert.match(text, /Cannot mean: That the attacker made each of these accesses/)
    assert.doesNotMatch(text, /The attacker opened \d|accesses of the attacker \|/)
  })

  it('says so in a notice', async () => {
    const text = await textOf(join(folder, 'chosen-for'), '--for', 'ada@example.gov')
    assert.match(text, /What happened\.\*\* Of data of ada.*were selected as the attacker's/)
    assert.doesNotMatch(text, /without right/)
  })
})

describe('report refuses', () => {
  it('an existing folder, unless it is a report and --force is given', async () => {
    const again = await mintmark('report', ...inCase, '--out', out)
    assert.equal(again.code, 3)
    assert.match(again.err, /\(OUTPUT_EXISTS\)\n$/)
    assert.equal((await mintmark('report', ...inCase, '--out', folder, '--force')).code, 3)
    assert.ok(existsSync(key))
  })

  it('a call without a case or a folder, and an unknown kind to redact', async () => {
    assert.equal((await mintmark('report', '--out', out)).code, 2)
    assert.equal((await mintmark('report', ...inCase)).code, 2)
    const strange = await mintmark('report', ...inCase, '--out', out, '--redact', 'everything')
    assert.equal(strange.code, 2)
  })

  it('a key that is none, and says nothing of the file', async () => {
    const file = join(folder, 'none.pem')
    writeFileSync(file, 'sesame')
    const { code, err } = await mintmark(
      'report',
      ...inCase,
      '--out',
      join(folder, 'n'),
      '--sign',
      file,
    )
    assert.equal(code, 2)
    assert.match(err, /\(INPUT_INVALID\)\n$/)
    assert.ok(!err.includes('sesame'))
    assert.ok(!existsSync(join(folder, 'n')))
  })
})

describe('report verify', () => {
  it('ends with 0 for a report as written, with and without the key', async () => {
    const { code, out: printed } = await mintmark('report', 'verify', out)
    assert.equal(code, 0)
    assert.match(printed, /^whole: /)
    const known = await mintmark('report', 'verify', out, '--key', publicKey, '--json')
    assert.equal(known.code, 0)
    assert.equal(parsed(known.out)['signature'], 'good')
  })

  it('ends with 1 for one that is not signed by the key, and for one that was changed', async () => {
    const unsigned = await mintmark('report', 'verify', join(folder, 'json'), '--key', publicKey)
    assert.equal(unsigned.code, 1)
    appendFileSync(join(folder, 'json', 'accounts.csv'), '"x"\r\n')
    const changed = await mintmark('report', 'verify', join(folder, 'json'))
    assert.equal(changed.code, 1)
    assert.match(changed.out, /^changed {4}accounts\.csv$/m)
  })

  it('fails for a folder that is no report', async () => {
    const { code, err } = await mintmark('report', 'verify', folder)
    assert.equal(code, 3)
    assert.match(err, /MANIFEST cannot be read: there is no such file \(INPUT_UNREADABLE\)/)
  })
})
