import { ownCertificate } from '../../forge/own_certificate.ts'
import { keyInfoOf, SamlForge } from '../../forge/saml.ts'
import { SAML_SIGNED } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const samlOwnCertificate: Vector = {
  id: 'saml-own-certificate',
  family: 'saml',
  axis: 'key',
  level: 'required',
  what: "Signed by the attacker's key, whose certificate the signature carries.",
  forbiddenBy: 'SAML 2.0 Core, section 5.4',
  settings: SAML_SIGNED,
  forge: (forge) => {
    const saml = new SamlForge(forge)
    const keyInfo = keyInfoOf(ownCertificate(forge, 'saml-stranger'))
    const inner = saml.signedAssertion(saml.assertion(), 'saml-stranger', keyInfo)
    return saml.signedResponse(inner, saml.envelope(), 'saml-stranger', keyInfo)
  },
}
