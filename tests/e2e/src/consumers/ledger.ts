/** A program that has `@mintmark/ledger` alone: it records a token, proves that to others, and has the ledger audited. */
import { randomUUID } from 'node:crypto'
import {
  auditLedger,
  createFolderLedger,
  entryOfProof,
  issuanceOf,
  logPolicy,
  newSalt,
  openFolderLedger,
  proveIssuance,
  SALT_CLAIM,
  verifyProof,
} from '@mintmark/ledger'
import { openReader } from '@mintmark/ledger/http'

const ISSUER = 'https://id.example.org'
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

function newInput(): string {
  const iat = Math.floor(Date.now() / 1000)
  const claims = { iss: ISSUER, jti: randomUUID(), iat, exp: iat + 600, [SALT_CLAIM]: newSalt() }
  return `${part({ alg: 'ES256', kid: 'key-1', typ: 'at+jwt' })}.${part(claims)}`
}

const { key } = await createFolderLedger('ledger', {
  name: 'ledger.example.org',
  period: 'day',
  issuers: new Map([['main', ISSUER]]),
  maxLifetimeMs: 3_600_000,
  skewMs: 60_000,
  retentionDays: undefined,
})
const ledger = await openFolderLedger('ledger', { now: Date.now })
const issuance = issuanceOf(newInput())
const { index, isRepeated } = await ledger.append(issuance)
await ledger.close()

const reader = await openReader('ledger')
const proof = await proveIssuance(reader, issuance)
const policy = logPolicy(key)
const proved = proof && verifyProof(proof, entryOfProof(issuance, proof), policy)
const other = issuanceOf(newInput())
const wrong = proof && verifyProof(proof, entryOfProof(other, proof), policy)
const audit = await auditLedger(reader, { policy, seen: [], nowMs: Date.now() })
console.log(
  JSON.stringify({
    index,
    isRepeated,
    isProved: typeof proved === 'object',
    wrong,
    unrecorded: (await proveIssuance(reader, other)) ?? 'none',
    issuances: audit.issuances,
    findings: audit.findings,
  }),
)
