/**
 * Names under which services write themselves into `UserId`: accounts of Windows, of Exchange and SharePoint, and
 * service names. All in lower case. No name here can be a person's sign-in name.
 *
 * Source: real records of 2021 to 2025; "Well-known SIDs", Microsoft's Windows documentation, read 2026-11.
 *
 * @module
 */

/** Domains of Windows and of the services that hold no person's account. */
const SYSTEM_DOMAINS: readonly string[] = [
  'nt authority\\',
  'nt service\\',
  'nt virtual machine\\',
  'builtin\\',
  'iis apppool\\',
  'window manager\\',
  'font driver host\\',
  'sharepoint\\',
  'microsoft\\',
]

/** Identifiers of a domain's and of Entra's own accounts; every other one is Windows' own or a service's. */
const PERSONAL_SIDS: readonly string[] = ['s-1-5-21-', 's-1-12-1-']

const SERVICE_NAMES: ReadonlySet<string> = new Set([
  'system',
  'local system',
  'certificate',
  'not-found',
  'securitycompliancealerts',
  'securitycompliancecenter',
  'ffoservicepartneruser',
  'threatintel',
  'airinvestigation',
  'dlpagent',
  'ediscoverysearch',
  'migrationservice',
  'office365 backend process',
  'windows azure service management api',
])

/** Whether a `UserId`, in lower case, is a system's: no person can have signed in under it. */
export function isSystemName(name: string): boolean {
  if (name.includes('@')) return false
  if (isSid(name)) return !PERSONAL_SIDS.some((start) => name.startsWith(start))
  if (name.includes('\\')) return SYSTEM_DOMAINS.some((domain) => name.startsWith(domain))
  // `Microsoft Teams Sync`, `Microsoft.Exchange.ServiceHost`: nobody signs in with a product's name.
  return SERVICE_NAMES.has(name) || /^microsoft[ .]/.test(name)
}

const isSid = (name: string) => name.startsWith('s-1-') && /^s-1-\d+(?:-\d+)+$/.test(name)
