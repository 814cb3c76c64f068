import { SamlForge } from '../../forge/saml.ts'
import { SAML_WRAPPING } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const samlWrapping8: Vector = {
  id: 'saml-wrapping-8',
  family: 'saml',
  axis: 'wrapping',
  level: 'required',
  what: 'A forged assertion whose signature holds the old one that was signed as an object.',
  forbiddenBy: 'On Breaking SAML (USENIX Security 2012), and SAML 2.0 Core, section 5.4.2',
  incident: 'CVE-2025-47949 (samlify) is of this class',
  settings: SAML_WRAPPING,
  forge: (forge) => {
    const saml = new SamlForge(forge)
    const old = saml.oldAssertion()
    const bare = saml.assertionXml(old)
    const held = `<ds:Object>${bare}</ds:Object>`
    const signed = saml.signatureOf(bare, old.id, 'saml', held)
    return saml.responseXml(saml.assertionXml(saml.assertion(), signed), saml.envelope())
  },
}
