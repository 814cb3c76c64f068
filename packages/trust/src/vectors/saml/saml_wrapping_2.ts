import { SamlForge } from '../../forge/saml.ts'
import { SAML_WRAPPING } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const samlWrapping2: Vector = {
  id: 'saml-wrapping-2',
  family: 'saml',
  axis: 'wrapping',
  level: 'required',
  what: 'A forged response; an old one that was signed is beside the signature.',
  forbiddenBy: 'On Breaking SAML (USENIX Security 2012), and SAML 2.0 Core, section 5.4.2',
  incident: 'CVE-2025-47949 (samlify) is of this class',
  settings: SAML_WRAPPING,
  forge: (forge) => {
    const saml = new SamlForge(forge)
    const envelope = saml.envelope()
    const old = saml.responseXml(saml.assertionXml(saml.oldAssertion()), envelope)
    const signed = `${old}${saml.signatureOf(old, envelope.id)}`
    return saml.responseXml(saml.assertionXml(saml.assertion()), saml.envelope(), signed)
  },
}
