/** Who acted, by an audit record. */
import { isObject, type Json } from '@mintmark/core'
import type { ActorKind } from '../model/records.ts'
import { guid, isGuid, named, plain } from './fields.ts'
import { list } from './nested.ts'

const GUEST_MARK = '#ext#'

/** Names of `UserType` (OfficeActivity, Graph) by their numbers in the documented enumeration. */
const USER_TYPES: readonly string[] = (
  'regular reserved admin dcadmin system application serviceprincipal custompolicy systempolicy ' +
  'partnertechnician guest'
).split(' ')

export function userTypeOf(value: unknown): number {
  if (typeof value === 'number') return value
  const spelled = named(value)
  if (spelled === '') return -1
  const number = Number(spelled)
  return Number.isNaN(number) ? USER_TYPES.indexOf(spelled) : number
}

/** The sign-in name behind a `UserId`, lower-case; `''` for placeholders. */
export function principalOf(value: unknown): string {
  const name = named(value)
  const isPlain = !name.includes('#') && !name.includes('|')
  return isPlain ? name : homeAddress(claimOf(name))
}

/** What a SharePoint claim is about: `i:0#.f|membership|user@tenant`. */
function claimOf(name: string): string {
  const claim = name.startsWith('i:0') ? name.slice(name.lastIndexOf('|') + 1) : name
  return claim.startsWith('urn:spo:guest#') ? claim.slice(14) : claim
}

function homeAddress(name: string): string {
  const mark = name.indexOf(GUEST_MARK)
  if (mark <= 0) return name
  const local = name.slice(0, mark)
  // A domain has no underscore, so the last one replaces the `@`.
  const at = local.lastIndexOf('_')
  if (local.includes('@') || at <= 0 || at === local.length - 1) return local
  return `${local.slice(0, at)}@${local.slice(at + 1)}`
}

export function guestName(value: unknown): string {
  if (typeof value !== 'string' || !value.includes('#')) return ''
  const name = named(value)
  return name.includes(GUEST_MARK) || name.startsWith('urn:spo:guest#') ? name : ''
}

const SYSTEM_USER_TYPES: ReadonlySet<number> = new Set([3, 4, 7, 8])

const isAppName = (name: string) =>
  name.startsWith('serviceprincipal_') || name === 'app@sharepoint'

/**
 * First match wins. Exchange writes `UserType` 5 for app-only tokens even where it names the mailbox's owner, and
 * 2 beside `S-1-5-18`; `Client=REST` is written for users and applications; a `UserType` of 0 names nobody.
 */
export function actorKindOf(
  userType: number,
  name: string,
  isMailbox: boolean,
  hasApp: boolean,
  hasUserId: boolean,
): ActorKind {
  if (userType === 5 || userType === 6 || isAppName(name)) return 'app'
  if (SYSTEM_USER_TYPES.has(userType) || isSystemName(name)) return 'system'
  const isNobody = !hasUserId && (name === '' || isGuid(name))
  if (isMailbox && hasApp && isNobody) return 'app'
  if (name === '' && !hasUserId) return ''
  return userType >= 0 || name.includes('@') ? 'user' : ''
}

export function directoryActor(record: Json): { readonly id: string; readonly isApp: boolean } {
  let bare = ''
  for (const actor of list(record['Actor'])) {
    if (!isObject(actor)) continue
    const spelled = plain(actor['ID'] ?? actor['Id'])
    if (spelled.startsWith('ServicePrincipal_')) return { id: guid(spelled.slice(17)), isApp: true }
    if (spelled.startsWith('User_')) return { id: guid(spelled.slice(5)), isApp: false }
    // Type 0 is the object id of a sign-in record; 2 names several ids, the actor's last.
    if (Number(actor['Type']) === 0 && bare === '') bare = guid(spelled)
  }
  return { id: bare, isApp: false }
}

/*
 * Names under which services write themselves into `UserId`: accounts of Windows, of Exchange and SharePoint, and
 * service names. All in lower case. No name here can be a person's sign-in name.
 *
 * Source: real records of 2021 to 2025; "Well-known SIDs", Microsoft's Windows documentation, read 2026-11.
 */

/** Domains of Windows and of the services that hold no person's account. */
const SYSTEM_DOMAINS: readonly string[] = (
  'nt authority,nt service,nt virtual machine,builtin,iis apppool,window manager,' +
  'font driver host,sharepoint,microsoft'
)
  .split(',')
  .map((domain) => `${domain}\\`)

/** Identifiers of a domain's and of Entra's own accounts; every other one is Windows' own or a service's. */
const PERSONAL_SIDS: readonly string[] = ['s-1-5-21-', 's-1-12-1-']

const SERVICE_NAMES: ReadonlySet<string> = new Set(
  (
    'system,local system,certificate,not-found,securitycompliancealerts,securitycompliancecenter,' +
    'ffoservicepartneruser,threatintel,airinvestigation,dlpagent,ediscoverysearch,' +
    'migrationservice,office365 backend process,windows azure service management api'
  ).split(','),
)

/** Whether a `UserId`, in lower case, is a system's: no person can have signed in under it. */
export function isSystemName(name: string): boolean {
  if (name.includes('@')) return false
  if (isSid(name)) return !PERSONAL_SIDS.some((start) => name.startsWith(start))
  if (name.includes('\\')) return SYSTEM_DOMAINS.some((domain) => name.startsWith(domain))
  // `Microsoft Teams Sync`, `Microsoft.Exchange.ServiceHost`: nobody signs in with a product's name.
  return SERVICE_NAMES.has(name) || /^microsoft[ .]/.test(name)
}

const isSid = (name: string) => name.startsWith('s-1-') && /^s-1-\d+(?:-\d+)+$/.test(name)
