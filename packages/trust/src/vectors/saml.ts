/** SAML responses that a service has to refuse. @module */
import type { Forge } from '../forge/forge.ts'
import { ownCertificate } from '../forge/own_certificate.ts'
import { type Assertion, audienceOf, type Envelope, keyInfoOf, SamlForge } from '../forge/saml.ts'
import { SAML_AUDIENCE, SAML_SIGNED, SAML_TIME } from '../forge/settings.ts'
import { group, type Vector } from '../forge/vector.ts'

const saml = (make: (saml: SamlForge) => string) => (forge: Forge) => make(new SamlForge(forge))

const assertion = (changed: (forge: Forge) => Partial<Assertion>) => (forge: Forge) =>
  new SamlForge(forge).response(changed(forge))
const envelope = (changed: Partial<Envelope>) => saml((forge) => forge.response({}, changed))
const signedBy = (role: string) => saml((forge) => forge.response({}, {}, role))

const OF_SIGNATURE: readonly Vector[] = group(
  {
    family: 'saml',
    axis: 'signature',
    forbiddenBy: 'SAML 2.0 Core, section 5.4',
    settings: SAML_SIGNED,
  },
  // biome-ignore format: a table, a vector in two lines
  [
    ['saml-unsigned', 'Neither the response nor its assertion is signed.',
      saml((forge) => forge.responseXml(forge.assertionXml())),
      { forbiddenBy: 'SAML 2.0 Profiles, section 4.1.4.3' }],
    ['saml-own-key', "Signed by the attacker's key.", signedBy('saml-stranger'), { axis: 'key' }],
    ['saml-own-certificate', "Signed by the attacker's key, whose certificate the signature carries.",
      (forge) => {
        const own = new SamlForge(forge)
        const keyInfo = keyInfoOf(ownCertificate(forge, 'saml-stranger'))
        const inner = own.signedAssertion(own.assertion(), 'saml-stranger', keyInfo)
        return own.signedResponse(inner, own.envelope(), 'saml-stranger', keyInfo)
      },
      { axis: 'key' }],
    ['saml-user-changed', 'The user was changed after the response was signed.',
      (forge) =>
        assertion(() => ({ user: 'ada@example.org' }))(forge).replace(
          'ada@example.org',
          'admin@example.org',
        ),
      { axis: 'user' }],
    ['saml-response-only', 'The response is signed, and its assertion is not.',
      saml((forge) => forge.signedResponse(forge.assertionXml(), forge.envelope())),
      { level: 'advisory', forbiddenBy: 'SAML 2.0 Core, section 5.3, leaves it open' }],
  ],
)

/** An old genuine assertion: its XML without and with its signature. */
interface Old {
  readonly xml: string
  readonly id: string
  readonly signed: string
}

/** A response from a forged assertion and an old one. */
const wrapping = (make: (forge: SamlForge, old: Old) => string) =>
  saml((forge) => {
    const old = forge.oldAssertion()
    const [xml, signed] = [forge.assertionXml(old), forge.signedAssertion(old)]
    return make(forge, { xml, id: old.id, signed })
  })

/** A forged response; `wrap` puts the old one where the signature belongs. */
const wrappedResponse = (wrap: (forge: SamlForge, old: string, id: string) => string) =>
  saml((forge) => {
    const outer = forge.envelope()
    const old = forge.responseXml(forge.assertionXml(forge.oldAssertion()), outer)
    return forge.responseXml(forge.assertionXml(), undefined, wrap(forge, old, outer.id))
  })

const OF_WRAPPING: readonly Vector[] = group(
  {
    family: 'saml',
    axis: 'wrapping',
    forbiddenBy: 'On Breaking SAML (USENIX Security 2012), and SAML 2.0 Core, section 5.4.2',
    incident: 'CVE-2025-47949 (samlify) is of this class',
    settings: {
      any: 'read the assertion from the bytes that the signature covers, and refuse a response with a second one',
    },
  },
  // biome-ignore format: a table, a vector in two lines
  [
    ['saml-wrapping-1', 'A forged response; an old one that was signed is within the signature.',
      wrappedResponse((forge, old, id) => forge.signatureOf(old, id, 'saml', old))],
    ['saml-wrapping-2', 'A forged response; an old one that was signed is beside the signature.',
      wrappedResponse((forge, old, id) => `${old}${forge.signatureOf(old, id)}`)],
    ['saml-wrapping-3', 'A forged assertion before an old one that is signed.',
      wrapping((forge, { signed }) => forge.responseXml(`${forge.assertionXml()}${signed}`))],
    ['saml-wrapping-4', 'A forged assertion around an old one that is signed.',
      wrapping((forge, { signed }) => forge.responseXml(forge.assertionXml(undefined, '', signed)))],
    ['saml-wrapping-5', 'A forged assertion with the signature of an old one, which comes behind it.',
      wrapping((forge, { xml, id }) => {
        const forged = forge.assertionXml(undefined, forge.signatureOf(xml, id))
        return forge.responseXml(`${forged}${xml}`)
      })],
    ['saml-wrapping-6', 'A forged assertion with the signature of an old one, which is within it.',
      wrapping((forge, { xml, id }) => {
        const signed = forge.signatureOf(xml, id, 'saml', xml)
        return forge.responseXml(forge.assertionXml(undefined, signed))
      })],
    ['saml-wrapping-7', 'A forged assertion among extensions, before an old one that is signed.',
      wrapping((forge, { signed }) => {
        const forged = `<samlp:Extensions>${forge.assertionXml()}</samlp:Extensions>`
        return forge.responseXml(`${forged}${signed}`)
      })],
    ['saml-wrapping-8', 'A forged assertion whose signature holds the old one that was signed as an object.',
      wrapping((forge, { xml, id }) => {
        const signed = forge.signatureOf(xml, id, 'saml', `<ds:Object>${xml}</ds:Object>`)
        return forge.responseXml(forge.assertionXml(undefined, signed))
      })],
  ],
)

const OF_PARTIES: readonly Vector[] = group(
  {
    family: 'saml',
    axis: 'audience',
    forbiddenBy: 'SAML 2.0 Profiles, section 4.1.4.3',
    settings: SAML_AUDIENCE,
  },
  // biome-ignore format: a table, a vector in two lines
  [
    ['saml-audience-other', 'The assertion is for another service.',
      assertion(() => ({ restriction: audienceOf('https://another.example') })),
      { forbiddenBy: 'SAML 2.0 Core, section 2.5.1.4' }],
    ['saml-audience-missing', 'The assertion names no audience.',
      assertion(() => ({ restriction: '' }))],
    ['saml-audience-comment', 'A comment splits the audience; what is before it is the genuine one.',
      (forge) =>
        assertion(({ issuer }) => ({ restriction: audienceOf(`${issuer.audience}-other`) }))(
          forge,
        ).replace('-other<', '<!---->-other<'),
      {
        forbiddenBy: 'SAML 2.0 Core, section 2.5.1.4',
        incident: 'CVE-2017-11427 and its kin: comments cut texts',
        settings: { any: 'read the whole text of an element, over comments' },
      }],
    ['saml-issuer-other', 'The issuer of the assertion is another.',
      assertion(() => ({ issuer: 'https://attacker.example' })),
      {
        axis: 'issuer',
        settings: {
          '@node-saml/node-saml':
            'compare issuer of the profile; idpIssuer counts for logout alone (5.1.0)',
          any: 'compare Issuer with the entity of the metadata whose key has signed',
        },
      }],
    ['saml-destination-other', 'The response is for another address.',
      envelope({ destination: 'https://another.example/acs' }),
      {
        axis: 'destination',
        forbiddenBy: 'SAML 2.0 Core, section 3.2.2',
        settings: { any: 'compare Destination with the address that the response arrived at' },
      }],
    ['saml-recipient-other', 'The subject is confirmed for another recipient.',
      assertion(() => ({ recipient: 'https://another.example/acs' })),
      {
        axis: 'recipient',
        settings: { any: 'compare Recipient with the address that the response arrived at' },
      }],
  ],
)

const OF_VALIDITY: readonly Vector[] = group(
  {
    family: 'saml',
    axis: 'conditions',
    forbiddenBy: 'SAML 2.0 Core, section 2.5.1.2',
    settings: SAML_TIME,
  },
  // biome-ignore format: a table, a vector in two lines
  [
    ['saml-expired', 'The conditions of the assertion expired an hour ago.',
      assertion(({ nowS }) => ({ fromS: nowS - 7200, untilS: nowS - 3600 }))],
    ['saml-not-yet', 'The assertion counts only from tomorrow.',
      assertion(({ nowS }) => ({ fromS: nowS + 86_400, untilS: nowS + 86_700 }))],
    ['saml-confirmation-expired', 'The confirmation of the subject expired an hour ago.',
      assertion(({ nowS }) => ({ confirmedUntilS: nowS - 3600 })),
      {
        axis: 'confirmation',
        forbiddenBy: 'SAML 2.0 Profiles, section 4.1.4.3',
        settings: {
          '@node-saml/node-saml': 'validateInResponseTo: always; else it is not looked at (5.1.0)',
          any: 'compare NotOnOrAfter of SubjectConfirmationData with the clock',
        },
      }],
    ['saml-status-failure', 'The response says that the login failed.',
      envelope({ status: 'Responder' }),
      {
        axis: 'status',
        forbiddenBy: 'SAML 2.0 Core, section 3.2.2.2',
        settings: {
          any: 'read the status of the response before its assertion, and want Success',
        },
      }],
    ['saml-certificate-expired', 'Signed by a key of the metadata whose certificate has expired.',
      signedBy('saml-expired'),
      {
        axis: 'key',
        level: 'advisory',
        forbiddenBy: 'SAML 2.0 Metadata Interoperability Profile, section 2.6.1, leaves it open',
        settings: { any: 'take expired certificates out of the metadata' },
      }],
  ],
)

export const SAML_VECTORS: readonly Vector[] = [
  ...OF_SIGNATURE,
  ...OF_WRAPPING,
  ...OF_PARTIES,
  ...OF_VALIDITY,
]
