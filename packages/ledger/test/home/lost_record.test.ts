/** A ledger whose journal is gone, cut or old, though others know what it held: it does not start, and a new one does. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import {
  createFolderLedger,
  type Head,
  NoteSigner,
  openFolderLedger,
  type SeenHead,
  Witness,
} from '../../src/index.ts'
import { formatVerifierKey } from '../../src/notes/note.ts'
import { parsePolicy } from '../../src/notes/policy.ts'
import { SEGMENT_HEADER_BYTES } from '../../src/store/journal_records.ts'
import { Cosigning } from '../../src/witness/cosigning.ts'
import { wantedLedger } from '../tested_store.ts'
import { ISSUER, issuance } from '../tokens.ts'

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-lost-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

const DAY = 86_400_000
const START = Date.parse('2026-11-25T12:00:00Z')
const OTHER = 'https://other.example'
const issuers = new Map([
  ['agency', ISSUER],
  ['other', OTHER],
])

/** A ledger, and what others know of it. */
class Known {
  static #made = 0
  readonly folder: string = join(scratch, String(Known.#made++))
  readonly seen: Head[] = []
  witnesses: Cosigning | undefined

  async make(): Promise<this> {
    await createFolderLedger(this.folder, wantedLedger({ issuers, retentionDays: 2 }))
    return this
  }

  open(nowMs = START, seen: readonly SeenHead[] = this.seen) {
    const onHeads = (heads: readonly Head[]) => Promise.resolve(void this.seen.push(...heads))
    const { witnesses } = this
    return openFolderLedger(this.folder, { now: () => nowMs, seen: [...seen], onHeads, witnesses })
  }

  /** Records a token of an issuer. */
  async record(iss = ISSUER, nowMs = START): Promise<void> {
    const ledger = await this.open(nowMs)
    await ledger.append(issuance({ iss, iat: nowMs / 1000, exp: nowMs / 1000 + 600 }))
    await ledger.close()
  }

  get journal(): string {
    return join(this.folder, 'private/journal')
  }

  /** Puts back the journal of an earlier time. @returns does it */
  keepJournal(): () => void {
    const kept = `${this.folder}-journal`
    cpSync(this.journal, kept, { recursive: true })
    return () => {
      rmSync(this.journal, { recursive: true })
      cpSync(kept, this.journal, { recursive: true })
    }
  }

  get segments(): string[] {
    return readdirSync(this.journal).map((name) => join(this.journal, name))
  }
}

const damaged = { code: 'LEDGER_DAMAGED' }
const behind = { code: 'LEDGER_BEHIND' }

describe('a ledger without its journal', () => {
  const ways: Readonly<Record<string, (known: Known) => unknown>> = {
    'the folder is gone': ({ journal }) => rmSync(journal, { recursive: true }),
    'all segments are gone': ({ segments }) => segments.map((file) => rmSync(file)),
    'it is empty': ({ segments }) => segments.map((file) => truncateSync(file)),
    'only its header is left': ({ segments }) =>
      segments.map((file) => truncateSync(file, SEGMENT_HEADER_BYTES)),
  }
  for (const [way, lose] of Object.entries(ways))
    it(`does not start, however often one tries: ${way}`, async () => {
      const known = await new Known().make()
      await known.record()
      lose(known)
      for (let n = 0; n < 2; n++) await assert.rejects(known.open(START, []), damaged)
      await assert.rejects(known.open(START + DAY), damaged)
    })
})

describe('a ledger with a journal that lacks', () => {
  it('all that was recorded does not start, whoever knows of it', async () => {
    const known = await new Known().make()
    const restore = known.keepJournal()
    await known.record()
    for (const nowMs of [START, START + DAY]) {
      restore()
      await assert.rejects(known.open(nowMs, []), behind)
    }
    rmSync(join(known.folder, 'public/agency'), { recursive: true })
    await assert.rejects(known.open(), behind)
  })

  it('an issuer, or the newest day of one, does not start', async () => {
    for (const [iss, nowMs] of [
      [OTHER, START],
      [ISSUER, START + DAY],
    ] as const) {
      const known = await new Known().make()
      await known.record()
      const restore = known.keepJournal()
      await known.record(iss, nowMs)
      // Nobody needs the file that names the newest period to know it.
      rmSync(join(known.folder, `public/${iss === OTHER ? 'other' : 'agency'}/latest`))
      restore()
      await assert.rejects(known.open(nowMs, []), behind)
      rmSync(join(known.folder, 'public/other'), { recursive: true, force: true })
      rmSync(join(known.folder, 'public/agency/2026-11-26'), { recursive: true, force: true })
      await assert.rejects(known.open(nowMs), behind)
    }
  })

  it('a day of which only a witness knows does not start days later', async () => {
    const known = await new Known().make()
    await known.record()
    const backup = `${known.folder}-backup`
    cpSync(known.folder, backup, { recursive: true })
    known.witnesses = await witnessOf(known)
    await known.record(ISSUER, START + DAY)
    rmSync(known.folder, { recursive: true })
    cpSync(backup, known.folder, { recursive: true })
    await assert.rejects(known.open(START + 3 * DAY, []), behind)
  })
})

async function witnessOf({ folder }: Known): Promise<Cosigning> {
  const { readDescription } = await import('../../src/home/ledger_home.ts')
  const { key } = await readDescription(folder)
  const { privateKey } = generateKeyPairSync('ed25519')
  const signer = new NoteSigner('w1.example', 'witness', privateKey)
  const texts = new Map<string, string>()
  const state = {
    read: (hash: string) => Promise.resolve(texts.get(hash)),
    write: (hash: string, text: string) => Promise.resolve(void texts.set(hash, text)),
  }
  const witness = new Witness({ signer, logs: [key], state, now: Date.now })
  const vkeys = `log ${formatVerifierKey(key)}\nwitness w1 ${formatVerifierKey(signer.key)} https://w1`
  return new Cosigning(parsePolicy(`${vkeys}\nquorum w1`), {
    post: (_, body) => witness.addCheckpoint(body),
    get: async (url) => {
      const body = await witness.readHash(new URL(url).pathname.split('/')[1] ?? '')
      return { status: body === undefined ? 404 : 200, body: body ?? '' }
    },
  })
}

it('a new ledger, a new issuer, a new day, and one with pruned shards start, whatever is known of them', async () => {
  const known = await new Known().make()
  known.witnesses = await witnessOf(known)
  await (await known.open()).close()
  await known.record()
  await known.record(OTHER)
  for (let day = 1; day < 7; day++) await known.record(ISSUER, START + day * DAY)
  const pruned = readdirSync(join(known.folder, 'public/agency/2026-11-25'))
  assert.ok(pruned.includes('pruned') && !pruned.includes('tile'))
  await known.record(OTHER, START + 6 * DAY)
})
