import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isObject } from '@mintmark/core'

export interface TruthLine {
  readonly id: string
  readonly at: string
  readonly class: string
  readonly falsePositive: string
  readonly determinable: boolean
  readonly verdicts: readonly string[]
  readonly tokenId: string
}

export interface TruthDocument {
  readonly organisations: readonly {
    name: string
    tenant: string
    accesses: number
    habits: readonly string[]
  }[]
  readonly state: {
    readonly messages: number
    readonly copies: number
    readonly groups: readonly { name: string; mailboxes: number }[]
  }
  readonly forged: {
    readonly first: string
    readonly last: string
    readonly organisations: number
    readonly accesses: number
  }
  readonly provider: {
    readonly engineer: string
    readonly artefact: { readonly name: string; readonly file: string }
    readonly key: { readonly kid: string; readonly spkiSha256: string; readonly notAfter: string }
  }
  readonly accounts: readonly { mailbox: string; named: number }[]
  readonly falsePositives: Readonly<Record<string, unknown>>
  readonly ordinary: { readonly truncatedRows: number }
}

export interface TruthFiles {
  readonly document: TruthDocument
  readonly lines: readonly TruthLine[]
  idsOf(classes: readonly string[]): readonly string[]
}

/** The truth that a replay wrote. */
export function readTruth(out: string): TruthFiles {
  const document: unknown = JSON.parse(readFileSync(join(out, 'truth.json'), 'utf8'))
  assertDocument(document)
  const content = readFileSync(join(out, 'truth-accesses.ndjson'), 'utf8')
  const lines: TruthLine[] = []
  for (const text of content.trimEnd().split('\n')) {
    const line: unknown = JSON.parse(text)
    assertLine(line)
    lines.push(line)
  }
  const idsOf = (classes: readonly string[]) =>
    lines.filter((line) => classes.includes(line.class)).map(({ id }) => id)
  return { document, lines, idsOf }
}

function assertDocument(value: unknown): asserts value is TruthDocument {
  assert.ok(isObject(value) && value['schema'] === 'mintmark-replay-truth/1')
}

function assertLine(value: unknown): asserts value is TruthLine {
  assert.ok(isObject(value) && typeof value['id'] === 'string' && Array.isArray(value['verdicts']))
}

/** A key of a JSON Web Key Set, as far as tests look at it. */
export interface Jwk {
  readonly kid: string
  readonly x5c: readonly string[]
}

export function publishedKeys(list: unknown): readonly Jwk[] {
  assert.ok(isObject(list) && Array.isArray(list['keys']))
  return list['keys'].filter(isJwk)
}

function isJwk(value: unknown): value is Jwk {
  return isObject(value) && typeof value['kid'] === 'string' && Array.isArray(value['x5c'])
}
