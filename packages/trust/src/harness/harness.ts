/** Probes a verify function in its own process, with an issuer on loopback that is removed. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { before, describe, it } from 'node:test'
import type { Json } from '@mintmark/core'
import { startIssuer } from '../issuer/issuer_server.ts'
import type { IssuerAlgorithm } from '../issuer/issuer_state.ts'
import { openIssuer } from '../probe/probe_issuer.ts'
import type { Exemption, ProbeReport } from '../probe/report.ts'
import { type DistrustOptions, runProbe } from '../probe/run_probe.ts'
import { type Verify, verifyTarget } from '../targets/targets.ts'
import { chooseVectors, namedVectors } from '../vectors/catalogue.ts'

export type { ProbeReport } from '../probe/report.ts'
export type { Verify } from '../targets/targets.ts'

export interface VerifierConfig {
  readonly issuer: string
  readonly audience: string
  readonly jwksUri: string
}

export type MakeVerify = (config: VerifierConfig) => Verify | Promise<Verify>

export interface HarnessOptions {
  readonly vectors?: readonly string[] | undefined
  readonly advisory?: boolean | undefined
  readonly claims?: Json | undefined
  readonly algorithm?: IssuerAlgorithm | undefined
  readonly typ?: string | undefined
  readonly allow?: readonly Exemption[] | undefined
  readonly distrust?: DistrustOptions | undefined
}

/** In process there is no server to protect. */
const RATE = 10_000

export async function probeVerifier(
  make: MakeVerify,
  options: HarnessOptions = {},
): Promise<ProbeReport> {
  const { vectors: named = [], advisory = false, claims, typ, allow, distrust, algorithm } = options
  const folder = await mkdtemp(path.join(tmpdir(), 'mintmark-issuer-'))
  try {
    const running = await startIssuer({ folder, host: '127.0.0.1', port: 0, algorithm })
    try {
      const issuer = await openIssuer(folder, { claims, typ })
      const config = { issuer: running.url, audience: running.audience }
      const target = verifyTarget(await make({ ...config, jwksUri: `${running.url}/keys` }))
      const vectors = chooseVectors({ named, isAdvisory: advisory }, target, issuer)
      const probe = { target, issuer, vectors, allow, distrust, rate: RATE }
      return await runProbe({ ...probe, now: () => Date.now() })
    } finally {
      await running.stop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export function trustSuite(name: string, make: MakeVerify, options: HarnessOptions = {}): void {
  describe(name, () => {
    let report: ProbeReport | undefined
    before(async () => {
      report = await probeVerifier(make, options)
    })
    it('accepts the genuine token, and refuses garbage', () => {
      for (const { id, expected, outcome, seen } of report?.controls ?? [])
        assert.equal(outcome, expected, `${id}: ${seen}`)
      assert.equal(report?.controls.length, 4)
    })
    const { vectors = [], advisory = false } = options
    const asked = namedVectors(vectors).filter(
      ({ id, family, level }) =>
        family !== 'saml' && (level === 'required' || advisory || vectors.includes(id)),
    )
    for (const { id, what } of asked)
      it(`refuses ${id}: ${what}`, (test) => {
        const result = report?.vectors.find(({ vector }) => vector.id === id)
        if (result === undefined) test.skip('does not apply to this token')
        else if (result.allowed === undefined) assert.equal(result.outcome, 'refused', result.seen)
      })
  })
}
