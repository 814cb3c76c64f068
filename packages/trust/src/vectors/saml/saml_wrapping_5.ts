import { SamlForge } from '../../forge/saml.ts'
import { SAML_WRAPPING } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const samlWrapping5: Vector = {
  id: 'saml-wrapping-5',
  family: 'saml',
  axis: 'wrapping',
  level: 'required',
  what: 'A forged assertion with the signature of an old one, which comes behind it.',
  forbiddenBy: 'On Breaking SAML (USENIX Security 2012), and SAML 2.0 Core, section 5.4.2',
  incident: 'CVE-2025-47949 (samlify) is of this class',
  settings: SAML_WRAPPING,
  forge: (forge) => {
    const saml = new SamlForge(forge)
    const old = saml.oldAssertion()
    const bare = saml.assertionXml(old)
    const forged = saml.assertionXml(saml.assertion(), saml.signatureOf(bare, old.id))
    return saml.responseXml(`${forged}${bare}`, saml.envelope())
  },
}
