/** Exit codes: one rule, held command by command. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openCase } from '@mintmark/case'
import { claims, makeLedger, token } from '@mintmark/ledger/testing'
import { exitCodeOf } from '../src/commands/dumps/gate.ts'
import { commandNames } from '../src/index.ts'
import { type ExitCode, exitCode } from '../src/process/exit_codes.ts'
import { writeEvidence } from './evidence_folder.ts'
import { mintmark } from './fake_io.ts'

const root = mkdtempSync(join(tmpdir(), 'mintmark-exit-'))
after(() => rmSync(root, { recursive: true, force: true }))
const at = (...parts: readonly string[]) => join(root, ...parts)

describe('an outcome', () => {
  const cases: readonly (readonly [
    isFound: boolean,
    isWhole: boolean,
    hasLeads: boolean,
    ExitCode,
  ])[] = [
    [false, true, false, 0],
    [false, true, true, 4],
    [false, false, false, 3],
    [false, false, true, 3],
    [true, true, false, 1],
    [true, true, true, 1],
    [true, false, false, 1],
    [true, false, true, 1],
  ]
  for (const [isFound, isWhole, hasLeads, code] of cases)
    it(`${isFound ? 'found' : 'not found'}, ${isWhole ? 'whole' : 'not whole'}, ${hasLeads ? 'with' : 'without'} leads ends with ${code}`, () => {
      assert.equal(exitCode({ isFound, isWhole, hasLeads }), code)
    })
})

describe('a core dump that was written', () => {
  for (const [counts, code] of [
    ['nothing', 0],
    ['found', 1],
    ['lead', 4],
  ] as const)
    it(`whose erased findings count as ${counts} ends gate receive with ${code}`, () => {
      assert.equal(exitCodeOf({ outcome: 'core', folder: 'core', erasedRanges: 2, counts }), code)
    })

  it('ends gate receive with 3 where there is none', () => {
    assert.equal(exitCodeOf({ outcome: 'unclean', folder: 'core' }), 3)
    assert.equal(exitCodeOf({ outcome: 'lost', why: 'the disk is full' }), 3)
  })
})

const HOURS = 60
const id = (kind: number, n: number) =>
  `${String(kind).padStart(8, '0')}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`
const time = (hour: number, minute: number) =>
  new Date(Date.UTC(2023, 4, 15, hour, minute)).toISOString()
const common = (n: number) => ({
  tokenId: id(1, n),
  sessionId: id(2, 1),
  principal: 'ada@example.org',
  tenant: 'agency',
  appId: 'wiki',
  ip: '192.0.2.7',
})
const issuance = (n: number) => ({
  schema: 'mintmark-issuance/1',
  id: id(3, n),
  at: time(n, 1),
  ...common(n),
})
const access = (n: number) => ({
  schema: 'mintmark-access/1',
  id: id(4, n),
  at: time(n, 2),
  operation: 'PageRead',
  service: 'wiki',
  outcome: 'succeeded',
  objectPath: `/pages/${n}`,
  ...common(n),
})
const numbers = Array.from({ length: HOURS }, (_, n) => n)
const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

/** A hunt of one's own that hits one access of every case. */
const HUNT = (strength: string) => `-- id: own_first
-- title: The first access
-- means: It is the first.
-- cannot-mean: That it is anybody's.
-- attack: T1114
-- strength: ${strength}
-- references: none
-- class: context
SELECT at, tenant, principal, mailbox, record_id, content, token_id, session_id, ip, app_id AS app, 'first' AS why
FROM access ORDER BY at, record_id LIMIT 1
`

/** Folders of evidence, by what they come to. */
function writeWorlds(): void {
  for (const name of ['whole', 'lead', 'open', 'cut', 'empty', 'signins', 'hunts-lead'])
    mkdirSync(at(name), { recursive: true })
  writeFileSync(at('whole', 'log.ndjson'), lines(numbers.flatMap((n) => [issuance(n), access(n)])))
  writeFileSync(at('lead', 'log.ndjson'), lines(numbers.flatMap((n) => [issuance(n), access(n)])))
  writeFileSync(at('open', 'log.ndjson'), lines(numbers.map(access)))
  writeFileSync(at('cut', 'log.ndjson'), lines(numbers.flatMap((n) => [issuance(n), access(n)])))
  writeFileSync(at('cut', 'notes.txt'), 'nothing that is a log\n')
  writeFileSync(at('signins', 'log.ndjson'), lines(numbers.map(issuance)))
  mkdirSync(at('no-verifier'))
  writeFileSync(at('no-verifier', 'hello.js'), "console.log('hello')\n")
  mkdirSync(at('verifier'))
  writeFileSync(
    at('verifier', 'index.js'),
    "import jwt from 'jsonwebtoken'\njwt.verify(token, key, { ignoreExpiration: true })\n",
  )
  writeFileSync(at('hunts-lead', 'own_first.sql'), HUNT('lead'))
  writeEvidence(at('found'))
}

const caseOf = (world: string) => ['--case', at(`${world}.case`)]

/** A verdict that is a lead, in a case of which everything else is issued. */
async function addLeadVerdict(): Promise<void> {
  const opened = await openCase(at('lead.case'), { mode: 'write' })
  await opened.session.command(
    `INSERT INTO verdict (bucket, token_id, record_id, content, verdict, reason, strength)
     SELECT bucket, token_id, record_id, content, 'unissued', 'never-issued', 'lead' FROM access ORDER BY at LIMIT 1`,
  )
  await opened.close()
}

function writeDumps(): void {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  mkdirSync(at('dumps'), { recursive: true })
  writeFileSync(at('dumps', 'key.bin'), Buffer.concat([Buffer.alloc(4096), Buffer.from(pem)]))
  writeFileSync(at('dumps', 'none.bin'), Buffer.alloc(8192))
  writeFileSync(
    at('dumps', 'lead.bin'),
    '{"kty":"oct","k":"c2l4dGVlbiBieXRlcyBhcmUgYSBrZXksIG9yIG5vdA"}',
  )
}

let ledger = ''
let policy = ''

before(async () => {
  writeWorlds()
  writeDumps()
  const made = await makeLedger(root, 'ledger')
  ledger = made.folder
  policy = made.policy
  writeFileSync(at('token.txt'), token(claims()))
  writeFileSync(at('proof.txt'), 'no proof\n')
  for (const world of ['whole', 'open', 'found', 'cut', 'signins'])
    await mintmark('investigate', at(world), ...caseOf(world))
  await mintmark('investigate', at('lead'), ...caseOf('lead'), '--hunts', at('hunts-lead'))
  await mintmark('report', ...caseOf('whole'), '--out', at('good-report'), '--no-pdf')
  await mintmark('report', ...caseOf('whole'), '--out', at('bad-report'), '--no-pdf')
  await mintmark('report', ...caseOf('found'), '--out', at('found-report'), '--no-pdf')
  writeFileSync(at('bad-report', 'report.md'), 'changed\n')
})

/** Arguments are made when the worlds are there. */
type Row = readonly [command: string, says: string, args: () => readonly string[], code: ExitCode]

const INVESTIGATE: readonly Row[] = [
  ['investigate', 'all issued', () => [at('whole'), ...caseOf('whole')], 0],
  ['investigate', 'forged tokens', () => [at('found'), ...caseOf('found')], 1],
  [
    'investigate',
    'forged tokens, and a selection of none',
    () => [at('found'), ...caseOf('found'), '--mailbox', 'ob@example.gov'],
    1,
  ],
  ['investigate', 'a wrong option', () => [at('whole'), '--no-such'], 2],
  ['investigate', 'no access has a verdict', () => [at('open'), ...caseOf('open')], 3],
  ['investigate', 'an empty folder', () => [at('empty'), ...caseOf('empty')], 3],
  ['investigate', 'no record of an access', () => [at('signins'), ...caseOf('signins')], 3],
  ['investigate', 'all issued, and a file that is no log', () => [at('cut'), ...caseOf('cut')], 3],
  [
    'investigate',
    'leads alone',
    () => [at('lead'), ...caseOf('lead'), '--hunts', at('hunts-lead')],
    4,
  ],
]

const QUESTIONS: readonly Row[] = [
  ['verdicts', 'all issued', () => caseOf('whole'), 0],
  ['verdicts', 'forged tokens', () => caseOf('found'), 1],
  ['verdicts', 'no case', () => [], 2],
  ['why', 'an issued access', () => [...caseOf('whole'), id(4, 3)], 0],
  ['why', 'an access without a verdict', () => [...caseOf('open'), id(4, 3)], 3],
  ['why', 'an id that nothing has', () => [...caseOf('whole'), 'nothing'], 3],
  ['doctor', 'all that is needed but a directory', () => [at('whole')], 3],
  ['verdicts', 'nothing decided', () => caseOf('open'), 3],
  ['verdicts', 'no access', () => caseOf('signins'), 3],
  ['scope', 'nothing points at anybody', () => caseOf('whole'), 0],
  ['scope', 'forged tokens', () => caseOf('found'), 1],
  [
    'scope',
    'accesses that were named',
    () => [...caseOf('open'), '--principal', 'ada@example.org'],
    1,
  ],
  [
    'scope',
    'a name that no record has',
    () => [...caseOf('whole'), '--principal', 'bo@example.org'],
    0,
  ],
  ['scope', 'a time that no log has', () => [...caseOf('whole'), '--from', '2024-01-01'], 3],
  ['scope', 'a bad address', () => [...caseOf('whole'), '--ip', '192.0.2'], 2],
  ['scope', 'nothing decided', () => caseOf('open'), 3],
  ['timeline', 'nothing points at anybody', () => caseOf('whole'), 0],
  ['timeline', 'forged tokens', () => caseOf('found'), 1],
  ['timeline', 'accesses that were named', () => [...caseOf('open'), '--all', '--csv'], 1],
  ['timeline', 'nothing decided', () => [...caseOf('open'), '--csv'], 3],
  ['custody', 'accesses to a file', () => ['pages/7', ...caseOf('whole')], 1],
  ['custody', 'a file that no record names', () => ['core.dmp', ...caseOf('whole')], 3],
  ['custody', 'no file that looks like a dump', () => caseOf('whole'), 0],
  ['custody', 'no record of any file', () => caseOf('signins'), 3],
  ['hunt', 'no hit', () => ['replayed_token_network', ...caseOf('whole')], 0],
  ['hunt', 'the list', () => ['--list'], 0],
  ['hunt', 'no case', () => [], 2],
  ['hunt', 'no access to hunt in', () => caseOf('signins'), 3],
  ['hunt', 'a lead', () => ['own_first', '--hunts', at('hunts-lead'), ...caseOf('whole')], 4],
]

const WRITES: readonly Row[] = [
  ['ingest', 'files', () => [at('whole'), '--case', at('again.case')], 0],
  ['ingest', 'no case', () => [at('whole')], 2],
  ['ingest', 'a file that is not there', () => [at('none'), '--case', at('again.case')], 3],
  ['evidence', 'a list', () => caseOf('cut'), 0],
  ['evidence', 'no case', () => [], 2],
  ['coverage', 'a list', () => caseOf('whole'), 0],
  ['coverage', 'a case that is not there', () => caseOf('none'), 3],
  ['note', 'a list', () => caseOf('whole'), 0],
  ['note', 'a note', () => ['mailbox:ada@example.org', 'asked', ...caseOf('whole')], 0],
  ['note', 'about nothing that can be noted on', () => ['tenant:x', 'y', ...caseOf('whole')], 2],
  ['sql', 'rows', () => ['SELECT 1', ...caseOf('whole')], 0],
  ['sql', 'a bad query', () => ['SELEC', ...caseOf('whole')], 3],
  ['report', 'of what was found', () => [...caseOf('found'), '--out', at('report'), '--no-pdf'], 0],
  ['report', 'no folder', () => caseOf('found'), 2],
  [
    'report',
    'for nobody who is affected',
    () => [...caseOf('found'), '--out', at('notice'), '--for', 'nobody'],
    2,
  ],
  ['report diff', 'of itself', () => [at('good-report'), at('good-report')], 0],
  ['report diff', 'of another', () => [at('good-report'), at('found-report')], 1],
  ['report diff', 'of one that was changed', () => [at('good-report'), at('bad-report')], 3],
  ['report verify', 'as written', () => [at('good-report')], 0],
  ['report verify', 'changed', () => [at('bad-report')], 1],
  ['report verify', 'no report', () => [at('empty')], 3],
  ['scrub', 'a key that is erased', () => [at('dumps', 'key.bin'), '-o', at('clean.bin')], 0],
  ['scrub', 'no output', () => [at('dumps', 'key.bin')], 2],
  ['scrub', 'a file that is not there', () => [at('none'), '-o', at('clean2.bin')], 3],
  ['replay', 'a folder', () => ['storm-0558', '--out', at('replayed'), '--scale', '0.001'], 0],
  ['replay', 'measures', () => ['storm-0558', '--with', 'class-check', '--scale', '0.001'], 0],
  ['replay', 'a measure that is none', () => ['storm-0558', '--with', 'prayer'], 2],
  ['replay', 'a front end of no known state', () => ['storm-0558', '--front-end', '2024'], 2],
  ['replay', 'a front end without a folder', () => ['storm-0558', '--front-end', '2023'], 2],
  ['replay', 'no scenario of that name', () => ['none', '--out', at('replayed-none')], 2],
]

const SCANS: readonly Row[] = [
  ['scan', 'no key', () => [at('dumps', 'none.bin')], 0],
  ['scan', 'a key', () => [at('dumps', 'key.bin')], 1],
  ['scan', 'a key, and a file that cannot be read', () => [at('dumps', 'key.bin'), at('none')], 1],
  ['scan', 'no file', () => [], 2],
  [
    'scan',
    'no key, and a file that cannot be read',
    () => [at('dumps', 'none.bin'), at('none')],
    3,
  ],
  ['scan', 'an empty folder', () => [at('empty')], 3],
  ['scan', 'the shape of a key', () => [at('dumps', 'lead.bin')], 4],
]

/** Servers run until they are stopped: what they refuse is enough here. */
const SERVERS: readonly Row[] = [
  ['ui', 'no case', () => [], 2],
  ['ui', 'a case that is not there', () => caseOf('none'), 3],
  ['guard serve', 'no configuration', () => [], 2],
  ['guard serve', 'a configuration that is not there', () => ['--config', at('none')], 3],
  ['guard sign', 'no configuration', () => [], 2],
  ['guard sign', 'a configuration that is not there', () => ['--config', at('none')], 3],
  ['ledger serve', 'a port that is none', () => [ledger, '--port', 'x'], 2],
  ['ledger serve', 'a ledger that is not there', () => [at('none')], 3],
]

const LEDGER: readonly Row[] = [
  [
    'ledger init',
    'a ledger',
    () => [at('made'), '--name', 'ledger.example.org', '--issuer', 'main=https://id.example.org'],
    0,
  ],
  ['ledger init', 'no name', () => [at('made2')], 2],
  ['ledger prove', 'a token that is not recorded', () => [ledger, '--token', at('token.txt')], 1],
  ['ledger prove', 'neither a token nor an entry', () => [ledger], 2],
  [
    'ledger verify',
    'what is no proof',
    () => [at('proof.txt'), '--token', at('token.txt'), '--policy', policy],
    1,
  ],
  ['ledger verify', 'no token', () => [at('proof.txt')], 2],
  ['ledger audit', 'a ledger that is not there', () => [at('none')], 3],
  ['ledger tail', 'entries', () => [ledger], 0],
  ['ledger keys', 'shards', () => [ledger], 0],
  ['ledger export', 'issuances', () => [ledger], 0],
  ['ledger export', 'a ledger that is not there', () => [at('none')], 3],
]

const gate = () => ['--state', at('state'), '--proc-sys', at('proc')]
const GATE: readonly Row[] = [
  ['gate install', 'no spool', gate, 2],
  ['gate uninstall', 'no kernel setting', gate, 3],
  ['gate status', 'no kernel setting', gate, 3],
  [
    'gate receive',
    'a size that is none',
    () => ['--spool', at('spool'), '--check', '--max-size', 'x'],
    2,
  ],
  [
    'gate watch',
    'an empty folder, once',
    () => [at('empty'), '--spool', at('spool'), '--raw', 'keep', '--once'],
    0,
  ],
  ['gate watch', 'no folder', () => ['--spool', at('spool'), '--raw', 'keep'], 2],
]

const TRUST: readonly Row[] = [
  ['trust record', 'no folder to write to', () => [at('none')], 2],
  ['trust record', 'a file that is not there', () => [at('none'), '--out', at('keys')], 3],
  ['trust history', 'no record', () => [], 2],
  ['trust history', 'a record that is not there', () => [at('none')], 3],
  ['trust audit', 'no source', () => [], 2],
  ['trust audit', 'a file that is not there', () => [at('none')], 3],
  ['trust audit', 'receipts without a ledger', () => [at('none'), '--receipts', at('none')], 2],
  ['trust lint', 'no folder', () => [], 2],
  ['trust lint', 'a folder that is not there', () => [at('none')], 3],
  ['trust lint', 'a folder without files', () => [at('empty')], 3],
  ['trust lint', 'a folder without verifiers', () => [at('no-verifier')], 0],
  ['trust lint', 'a verifier that accepts too much', () => [at('verifier')], 1],
  ['trust probe', 'no target', () => [], 2],
  ['trust issuer serve', 'a port that is none', () => ['--port', 'x', '--state', at('state')], 2],
  ['trust issuer status', 'an issuer that does not run', () => ['--state', at('none')], 3],
  ...['rotate', 'unlist', 'list', 'block', 'reach'].map(
    (deed): Row => [`trust issuer ${deed}`, 'no issuer', () => [], 2],
  ),
]

const ROWS = [
  ...INVESTIGATE,
  ...QUESTIONS,
  ...WRITES,
  ...SCANS,
  ...SERVERS,
  ...LEDGER,
  ...GATE,
  ...TRUST,
]

describe('the exit code of', () => {
  for (const [command, says, args, code] of ROWS)
    it(`mintmark ${command}, ${says}, is ${code}`, async () => {
      const ended = await mintmark(...command.split(' '), ...args())
      assert.equal(ended.code, code, `${ended.err}${ended.out.slice(0, 500)}`)
    })

  it('every command is in this table', () => {
    const held = new Set(ROWS.map(([command]) => command))
    assert.deepEqual(
      commandNames().filter((name) => !held.has(name)),
      [],
    )
  })

  it('verdicts that are leads alone is 4, of scope and timeline too', async () => {
    await addLeadVerdict()
    for (const command of ['verdicts', 'scope', 'timeline'])
      assert.equal((await mintmark(command, ...caseOf('lead'))).code, 4, command)
  })
})
