/** What happens in the replay, before any export shape: sign-ins, audit records, Graph calls. */
import type { App } from './apps.ts'
import type { TokenId } from './ids.ts'

export type Verdict = 'issued' | 'mismatched' | 'session-only' | 'unissued' | 'undetermined'

export interface FalsePositive {
  readonly name: string
  readonly verdicts: readonly Verdict[]
  readonly reasons: readonly string[]
}

export interface Token {
  readonly id: TokenId
  readonly atMs: number
  readonly session: string
  readonly app: App
  readonly resource: App
  readonly ip: string
  readonly holder: string
  readonly origin: Origin
}

export const ATTACKERS: FalsePositive = { name: '', verdicts: [], reasons: [] }

type Origin = SignInCategory | 'owa' | 'none'

export type SignInCategory =
  | 'interactive'
  | 'non-interactive'
  | 'service-principal'
  | 'managed-identity'

export interface SignIn {
  readonly category: SignInCategory
  readonly token: Token
  readonly name: string
  readonly displayName: string
  readonly network: number
  readonly deviceId: string
  readonly agent: string
  readonly errorCode: number
  readonly protocol: string
  readonly issuer: string
  readonly crossTenant: string
  readonly homeTenant: string
  readonly continuous: boolean
}

export interface TokenUse {
  readonly spelled: string
  readonly session: string
  readonly issuedAtMs: number
  readonly clientAppId: string
  readonly resourceId: string
  readonly holder: string
  readonly tenant: string
  readonly origin: Origin
  /** When it was made, whatever the record says. */
  readonly madeMs: number
}

export interface ReadItem {
  readonly messageId: string
  readonly itemId: string
  readonly bytes: number
  readonly subject: string
}

export interface ReadFolder {
  readonly id: string
  readonly path: string
  readonly items: readonly ReadItem[]
}

export interface MailPart {
  readonly owner: string
  readonly mailboxId: string
  readonly sid: string
  readonly appId: string
  readonly clientAppId: string
  readonly client: string
  readonly logonType: number
  readonly accessType: string
  /** `True`, `False`, or `''` for a record without the property. */
  readonly throttled: string
  /** MailItemsAccessed of RecordType 50 (Folders), AttachmentAccess (Messages), bulk actions (AffectedItems). */
  readonly folders: readonly ReadFolder[]
  readonly floatSizes: boolean
}

export interface AuditRecord {
  readonly atMs: number
  readonly deliveredMs: number
  readonly id: string
  readonly recordType: number
  readonly operation: string
  readonly workload: string
  readonly result: string
  readonly userId: string
  readonly userKey: string
  readonly userType: number
  readonly ip: string
  /** Undefined where the record carries no AppAccessContext. */
  readonly token: TokenUse | undefined
  /** Exchange's own SessionId; `''` where absent. */
  readonly sessionId: string
  readonly mail: MailPart | undefined
  /** Further members, as JSON text that begins with a comma; `''` if none. */
  readonly extra: string
  readonly copies: number
  readonly cut: boolean
  readonly falsePositive: FalsePositive | undefined
}

export interface GraphCall {
  readonly atMs: number
  readonly id: string
  readonly token: TokenUse
  readonly appId: string
  readonly userOid: string
  readonly servicePrincipalId: string
  readonly ip: string
  readonly agent: string
  readonly uri: string
  readonly bytes: number
  readonly issuer: string
  readonly directory: boolean
  readonly falsePositive: FalsePositive | undefined
}

export class Happenings {
  readonly signIns: SignIn[] = []
  readonly audits: AuditRecord[] = []
  readonly calls: GraphCall[] = []
}

export const auditRecord = (
  fields: Pick<AuditRecord, 'atMs' | 'id' | 'recordType' | 'operation' | 'workload' | 'userId'> &
    Partial<AuditRecord>,
): AuditRecord => ({
  deliveredMs: fields.atMs,
  result: 'Succeeded',
  userKey: '',
  userType: 0,
  ip: '',
  token: undefined,
  sessionId: '',
  mail: undefined,
  extra: '',
  copies: 1,
  cut: false,
  falsePositive: undefined,
  ...fields,
})

export const signInRow = (
  homeTenant: string,
  fields: Pick<SignIn, 'category' | 'token' | 'name' | 'displayName' | 'network'> & Partial<SignIn>,
): SignIn => ({
  deviceId: '',
  agent: '',
  errorCode: 0,
  protocol: 'none',
  issuer: 'AzureAD',
  crossTenant: 'none',
  homeTenant,
  continuous: false,
  ...fields,
})

export const graphCall = (
  tenant: string,
  token: Token,
  fields: Pick<GraphCall, 'atMs' | 'id' | 'uri' | 'bytes'> & Partial<GraphCall>,
): GraphCall => ({
  token: useOf(token, tenant),
  appId: token.app.id,
  userOid: '',
  servicePrincipalId: '',
  ip: token.ip,
  agent: '',
  issuer: '',
  directory: false,
  falsePositive: undefined,
  ...fields,
})

export const useOf = (token: Token, tenant: string): TokenUse => ({
  spelled: token.id.uti,
  session: token.session,
  issuedAtMs: token.atMs,
  clientAppId: token.app.id,
  resourceId: token.resource.id,
  holder: token.holder,
  tenant,
  origin: token.origin,
  madeMs: token.atMs,
})

const ISSUED: readonly Verdict[] = ['issued']

export const issuedFalsePositive = (name: string): FalsePositive => ({
  name,
  verdicts: ISSUED,
  reasons: [],
})

/** A false-positive case whose token no evidence shows: it may be undetermined, or known by its session alone. */
export const unseenFalsePositive = (
  name: string,
  ...reasons: readonly string[]
): FalsePositive => ({
  name,
  verdicts: ['undetermined', 'session-only'],
  reasons,
})
