import { SamlForge } from '../../forge/saml.ts'
import { SAML_WRAPPING } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const samlWrapping3: Vector = {
  id: 'saml-wrapping-3',
  family: 'saml',
  axis: 'wrapping',
  level: 'required',
  what: 'A forged assertion before an old one that is signed.',
  forbiddenBy: 'On Breaking SAML (USENIX Security 2012), and SAML 2.0 Core, section 5.4.2',
  incident: 'CVE-2025-47949 (samlify) is of this class',
  settings: SAML_WRAPPING,
  forge: (forge) => {
    const saml = new SamlForge(forge)
    const old = saml.oldAssertion()
    const both = `${saml.assertionXml(saml.assertion())}${saml.signedAssertion(old)}`
    return saml.responseXml(both, saml.envelope())
  },
}
