import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { SAML, ValidateInResponseTo } from '@node-saml/node-saml'
import { DOMParser, XMLSerializer } from '@xmldom/xmldom'
import { SignedXml } from 'xml-crypto'
import {
  chooseVectors,
  openIssuer,
  type ProbeReport,
  type RunningIssuer,
  runProbe,
  samlTarget,
  startIssuer,
} from '../src/index.ts'
import { closed, portOf } from './doors.ts'
import { notRefused } from './verifiers.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-saml-'))
let running: RunningIssuer
let certificates: string[]

before(async () => {
  running = await startIssuer({ folder, host: '127.0.0.1', port: 0, hasSaml: true })
  const metadata = await (await fetch(`${running.url}/saml/metadata`)).text()
  certificates = [...metadata.matchAll(/<X509Certificate>([^<]+)</g)].map((match) => match[1] ?? '')
})
after(async () => {
  await running.stop()
  rmSync(folder, { recursive: true, force: true })
})

interface Service {
  /** What is checked of a response before the library sees it; throws. */
  readonly check?: (xml: string, acs: string) => void
  readonly audience?: false
  readonly isResponseSigned?: boolean
  readonly isAssertionSigned?: boolean
  readonly skewMs?: number
  /** Not the library: some signature in the document is valid, and what is read is… */
  readonly naive?: 'the first child' | 'the first assertion'
}

/** Verifies one thing and reads another. */
function naively(xml: string, reads: NonNullable<Service['naive']>): void {
  const document = new DOMParser().parseFromString(xml, 'text/xml')
  const signatures = Array.from(document.getElementsByTagName('ds:Signature'))
  const publicCert = new X509Certificate(Buffer.from(certificates[0] ?? '', 'base64')).toString()
  const isSigned = signatures.some((signature) => {
    const signed = new SignedXml({ publicCert, getCertFromKeyInfo: () => null })
    signed.loadSignature(new XMLSerializer().serializeToString(signature))
    try {
      return signed.checkSignature(xml)
    } catch {
      return false
    }
  })
  const assertions = Array.from(document.getElementsByTagName('saml:Assertion'))
  const read = assertions.find(
    ({ parentNode }) => reads === 'the first assertion' || parentNode === document.documentElement,
  )
  const conditions = Array.from(read?.getElementsByTagName('saml:Conditions') ?? []).find(
    ({ parentNode }) => parentNode === read,
  )
  const untilMs = Date.parse(conditions?.getAttribute('NotOnOrAfter') ?? '')
  if (!isSigned || !(untilMs > Date.now())) throw new TypeError('unsigned or old')
}

/** An assertion consumer service made with @node-saml/node-saml. */
async function probed(service: Service, isAdvisory = false): Promise<ProbeReport> {
  let acs = ''
  let saml: SAML | undefined
  const server: Server = createServer((request, response) => {
    void (async () => {
      const form = new URLSearchParams(await text(request))
      const SAMLResponse = form.get('SAMLResponse') ?? ''
      try {
        const xml = Buffer.from(SAMLResponse, 'base64').toString()
        service.check?.(xml, acs)
        await (service.naive
          ? naively(xml, service.naive)
          : saml?.validatePostResponseAsync({ SAMLResponse }))
        response.writeHead(302, { location: '/' }).end()
      } catch {
        response.writeHead(403).end()
      }
    })()
  })
  acs = `http://127.0.0.1:${await portOf(server)}/acs`
  saml = new SAML({
    callbackUrl: acs,
    issuer: running.audience,
    audience: service.audience === false ? false : running.audience,
    idpCert: certificates,
    idpIssuer: running.url,
    wantAuthnResponseSigned: service.isResponseSigned ?? true,
    wantAssertionsSigned: service.isAssertionSigned ?? true,
    acceptedClockSkewMs: service.skewMs ?? 0,
    validateInResponseTo: ValidateInResponseTo.never,
  })
  try {
    const target = samlTarget({ url: new URL(acs) })
    const issuer = { ...(await openIssuer(folder)), acs: target.name }
    const vectors = chooseVectors({ named: [], isAdvisory }, target, issuer)
    return await runProbe({ target, issuer, vectors, rate: 10_000, now: () => Date.now() })
  } finally {
    await closed(server)
  }
}

/** What the library leaves to its user, of the fixed template that the probe writes. */
function strictly(xml: string, acs: string): void {
  assertAddress(xml, acs)
  const issuers = [...xml.matchAll(/<saml:Issuer[^>]*>([^<]*)</g)].map((match) => match[1])
  const until = / NotOnOrAfter="([^"]+)" Recipient/.exec(xml)?.[1] ?? ''
  const isOurs = issuers.every((issuer) => issuer === running.url)
  if (!isOurs || !xml.includes(':status:Success') || Date.parse(until) < Date.now())
    throw new TypeError('issuer, status or confirmation')
}

function assertAddress(xml: string, acs: string): void {
  if (!xml.includes(` Destination="${acs}"`) || !xml.includes(` Recipient="${acs}"`))
    throw new TypeError('for another address')
}

const FAULTS: readonly (readonly [string, Service, readonly string[]])[] = [
  [
    'relies on the library alone',
    {},
    [
      'saml-issuer-other',
      'saml-destination-other',
      'saml-recipient-other',
      'saml-confirmation-expired',
      'saml-status-failure',
    ],
  ],
  [
    'compares addresses alone beside the library',
    { check: assertAddress },
    ['saml-issuer-other', 'saml-confirmation-expired', 'saml-status-failure'],
  ],
  [
    'checks no time',
    { check: assertAddress, skewMs: -1 },
    [
      'saml-issuer-other',
      'saml-expired',
      'saml-not-yet',
      'saml-confirmation-expired',
      'saml-status-failure',
    ],
  ],
  [
    'checks no audience',
    { check: strictly, audience: false },
    ['saml-audience-other', 'saml-audience-missing', 'saml-audience-comment'],
  ],
]
const WRAPPED: readonly (readonly [NonNullable<Service['naive']>, readonly number[]])[] = [
  ['the first child', [1, 2, 3, 4, 5, 6, 8]],
  ['the first assertion', [3, 4, 5, 6, 7, 8]],
]

describe('a service that takes SAML', () => {
  it('and is strict accepts the genuine response and no forgery', async () => {
    const report = await probed({ check: strictly })
    assert.deepEqual(
      report.controls.map(({ outcome }) => outcome),
      ['accepted', 'refused', 'accepted', 'refused'],
    )
    assert.deepEqual(notRefused(report), [])
    assert.ok(report.vectors.length >= 20)
  })

  for (const [naive, numbers] of WRAPPED)
    it(`is found where a signature is valid, and ${naive} is read`, async () => {
      const found = notRefused(await probed({ naive })).filter((id) => id.includes('wrapping'))
      assert.deepEqual(
        found,
        numbers.map((number) => `saml-wrapping-${number}`),
      )
    })

  for (const [name, service, expected] of FAULTS)
    it(`is found where it ${name}`, async () => {
      assert.deepEqual(notRefused(await probed(service)), expected)
    })
})
