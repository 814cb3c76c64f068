/**
 * ATT&CK techniques by id, under ATT&CK's own names.
 *
 * Source: MITRE ATT&CK, Enterprise, https://attack.mitre.org/techniques/; a sub-technique has its own name there, its
 * id names the technique above it.
 *
 * @module
 */
import type { Json } from '@mintmark/core'

const NAMES: ReadonlyMap<string, string> = new Map([
  ['T1078', 'Valid Accounts'],
  ['T1078.004', 'Cloud Accounts'],
  ['T1098', 'Account Manipulation'],
  ['T1098.001', 'Additional Cloud Credentials'],
  ['T1098.002', 'Additional Email Delegate Permissions'],
  ['T1098.003', 'Additional Cloud Roles'],
  ['T1114', 'Email Collection'],
  ['T1114.002', 'Remote Email Collection'],
  ['T1114.003', 'Email Forwarding Rule'],
  ['T1134', 'Access Token Manipulation'],
  ['T1136.003', 'Cloud Account'],
  ['T1484.002', 'Trust Modification'],
  ['T1528', 'Steal Application Access Token'],
  ['T1530', 'Data from Cloud Storage'],
  ['T1539', 'Steal Web Session Cookie'],
  ['T1550', 'Use Alternate Authentication Material'],
  ['T1550.001', 'Application Access Token'],
  ['T1550.004', 'Web Session Cookie'],
  ['T1552.004', 'Private Keys'],
  ['T1556', 'Modify Authentication Process'],
  ['T1564.008', 'Email Hiding Rules'],
  ['T1566.002', 'Spearphishing Link'],
  ['T1606', 'Forge Web Credentials'],
  ['T1606.001', 'Web Cookies'],
  ['T1606.002', 'SAML Tokens'],
  ['T1621', 'Multi-Factor Authentication Request Generation'],
])

/** Properties of an attack pattern. One that is not in the list, as a hunt of one's own may name it, has its id for a name. */
export const techniqueOf = (id: string): Json => ({
  name: NAMES.get(id) ?? id,
  external_references: [
    {
      source_name: 'mitre-attack',
      external_id: id,
      url: `https://attack.mitre.org/techniques/${id.replace('.', '/')}`,
    },
  ],
})
