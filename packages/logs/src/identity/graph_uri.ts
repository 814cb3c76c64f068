/**
 * What a request to Graph accesses, by its address: a template to group by, the mailbox, the
 * message.
 */
import { named } from '../ual/fields.ts'

export interface GraphTarget {
  /** Path without host, version, query and ids: `/users/{id}/messages/{id}`. */
  readonly template: string
  /** `me` for the caller's own; else the user's UPN or object id, lower-case. */
  readonly owner: string
  readonly messageId: string
  /** The mail folder that the path goes through, as spelled there. */
  readonly folder: string
}

/** Longer addresses are cut before they are looked at: Graph refuses them. */
const MAX_URI = 8192
const MAX_SEGMENTS = 16

const COLLECTIONS: ReadonlySet<string> = new Set(
  (
    'accesspackages administrativeunits applications approleassignments attachments calendars ' +
    'calendarview channels chats childfolders contactfolders contacts conversations devices ' +
    'directoryobjects directoryroles drives events extensions groups items lists mailfolders ' +
    'members messagerules messages notebooks oauth2permissiongrants organization owners ' +
    'permissions plans posts serviceprincipals shares sites subscriptions tasks teams threads ' +
    'todolists users versions'
  ).split(' '),
)

const FUNCTIONS: ReadonlySet<string> = new Set(['delta', 'root', 'getbyids', 'validateproperties'])
/** A name that the service made, not the user: ids have digits or are long. */
const NAME = /^(?:\$?[A-Za-z]{1,40}|microsoft\.graph\.[A-Za-z.]{1,60})$/
/** `users('id')`, and functions such as `delta(token='…')`. */
const KEYED = /^([A-Za-z.]{1,60})\((.*)\)$/

export function graphTarget(uri: string): GraphTarget {
  const segments = segmentsOf(uri)
  const parts: string[] = []
  let owner = ''
  let folder = ''
  let messageId = ''
  for (const [at, segment] of segments.entries()) {
    const collection = (segments[at - 1] ?? '').toLowerCase()
    const isId = isIdAfter(collection, segment)
    parts.push(isId ? '{id}' : segment)
    if (at === 0 && segment.toLowerCase() === 'me') owner = 'me'
    if (at === 1 && collection === 'users' && isId) owner = named(decoded(segment))
    if (!isId) continue
    if (collection === 'mailfolders' || collection === 'childfolders') folder = decoded(segment)
    if (collection === 'messages' && isMail(segments, at)) messageId = decoded(segment)
  }
  return { template: `/${parts.join('/')}`, owner, messageId, folder }
}

/** Messages of chats, channels and posts are no mail. */
function isMail(segments: readonly string[], at: number): boolean {
  const root = segments[0]?.toLowerCase()
  if (root !== 'me' && root !== 'users') return false
  return !segments.slice(0, at).some((segment) => /^(?:chats|channels|teams)$/i.test(segment))
}

function isIdAfter(collection: string, segment: string): boolean {
  if (!NAME.test(segment)) return true
  const isBound = segment.startsWith('$') || segment.startsWith('microsoft.graph.')
  return COLLECTIONS.has(collection) && !isBound && !FUNCTIONS.has(segment.toLowerCase())
}

/** Segments of the path behind host and version, with keys in parentheses as segments of their own. */
function segmentsOf(uri: string): readonly string[] {
  const segments: string[] = []
  for (const segment of pathOf(uri).split('/', 4 * MAX_SEGMENTS)) {
    if (segment === '' || (segments.length === 0 && isVersion(segment))) continue
    if (segments.length >= MAX_SEGMENTS) break
    const { name, key } = keyedSegment(segment)
    segments.push(name)
    if (key !== '') segments.push(key)
  }
  return segments
}

function pathOf(uri: string): string {
  const head = uri.slice(0, MAX_URI)
  const end = head.search(/[?#]/)
  const path = end === -1 ? head : head.slice(0, end)
  return path.replace(/^[a-z][a-z\d+.-]{0,20}:\/\/[^/]*/i, '')
}

function keyedSegment(segment: string): { readonly name: string; readonly key: string } {
  const keyed = KEYED.exec(segment)
  const key = /^'(.*)'$/.exec(keyed?.[2] ?? '')
  return { name: keyed?.[1] ?? segment, key: key?.[1] ?? '' }
}

const isVersion = (segment: string): boolean => /^(?:v\d{1,2}(?:\.\d{1,2})?|beta)$/i.test(segment)

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
