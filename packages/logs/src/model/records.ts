/**
 * What a log file gives. Text that a log does not give is `''`, times are milliseconds since 1970 UTC,
 * GUIDs, UPNs and domains are lower-case. A record is what a file says: nothing is checked for truth.
 */

/** Canonical GUID text (lower-case, RFC 4122 order) of a 16-byte token id; `''` when there is none. */
type TokenId = string

/** Why an access record has no token id that could be looked up. */
type TokenIdState =
  | 'present'
  /** The record has no such field, or it is empty. */
  | 'absent'
  /** The field holds a placeholder (all zero, `ANONYMIZED`, one repeated character). */
  | 'anonymised'
  /** The field holds something that is no token id in any known spelling. */
  | 'malformed'

/** Owner of a sign-in across tenants that is in both tenants' logs, in an export that does not name its tenant. */
export const UNKNOWN_OWNER = 'unknown'

type IssuanceSource =
  /** Entra sign-in logs, whatever the export. */
  | 'entra-signin'
  /** Unified audit log, RecordType 15 (AzureActiveDirectoryStsLogon). */
  | 'ual-sts'
  /** Unified audit log, RecordType 275 (OWAAuth): the mail service's own token call. */
  | 'ual-owa'
  | 'keycloak'
  | 'mintmark'

export type IssuanceCategory =
  | 'interactive'
  | 'non-interactive'
  /** Sign-ins of users in an export that does not say which of the two they are. */
  | 'interactive-or-not'
  | 'service-principal'
  | 'managed-identity'
  | 'adfs'
  | 'ms-service-principal'
  /** UAL RecordType 15: interactive and a part of the non-interactive sign-ins. */
  | 'sts-logon'
  | 'owa-auth'
  /** Keycloak, and any other system through `mintmark-issuance/1`. */
  | 'token'

/** One token made by an identity provider (`outcome: 'issued'`), or one refused attempt at it. */
export interface Issuance {
  readonly recordId: string
  readonly atMs: number
  readonly source: IssuanceSource
  readonly category: IssuanceCategory
  /** A failed or interrupted sign-in issued nothing, but shows that the log was on. */
  readonly outcome: 'issued' | 'failed'
  readonly tokenId: TokenId
  readonly sessionId: string
  /** UPN or other sign-in name, lower-case. */
  readonly principal: string
  /** Directory object id (`oid`) of the user or service principal. */
  readonly principalId: string
  /** The resource tenant, where the log names one. */
  readonly tenant: string
  /** The tenant that exported this record: only its owner's log can prove an absence. */
  readonly owner: string
  readonly homeTenant: string
  readonly appId: string
  readonly resourceId: string
  readonly ip: string
  /** Autonomous system number as text, or `''`. */
  readonly network: string
  readonly deviceId: string
  readonly client: string
  /** `deviceCode`, `oAuth2`, `ropc`, … as logged. */
  readonly protocol: string
  /** `AzureAD`, `AzureADBackupAuth`, `ADFederationServices`, an `iss` URL … as logged. */
  readonly issuer: string
  /** Sign-ins that this row counts: 1, or more where a portal export groups (then ids are missing). */
  readonly grouped: number
  /** JSON text of what else a hunt may need (error code, conditional access, incoming token type), or `''`. */
  readonly detail: string
}

export type AccessSource =
  | 'ual'
  | 'graph-activity'
  | 'aad-graph-activity'
  /** Entra directory audit: what was changed in the directory. Its records name no token. */
  | 'entra-audit'
  | 'keycloak'
  /** Logins and mail of a Dovecot. */
  | 'dovecot'
  | 'mintmark'

/** Who acted, by the record. `app`: a token without a user (app-only). */
export type ActorKind = 'user' | 'app' | 'system' | ''

export interface Item {
  /** Internet message id with its angle brackets, as logged; `''` if the record has none. */
  readonly messageId: string
  /** The store's own id of the copy; `''` if the record has none. */
  readonly itemId: string
  readonly folder: string
  /** Whole bytes; 0 when the record has none. */
  readonly bytes: number
  readonly subject: string
}

export interface Access {
  readonly recordId: string
  readonly atMs: number
  readonly source: AccessSource
  /** `MailItemsAccessed`, `FileDownloaded`, `GET`, … as logged. */
  readonly operation: string
  /** `Exchange`, `SharePoint`, `OneDrive`, `MicrosoftGraph`, `AzureActiveDirectory`, … */
  readonly service: string
  /** UAL RecordType; 0 elsewhere. */
  readonly recordType: number
  readonly outcome: 'succeeded' | 'failed' | ''
  readonly tokenId: TokenId
  readonly tokenIdState: TokenIdState
  /** Session of the token (`sid`): `AADSessionId`, the sign-in's session, Graph `SessionId`. */
  readonly sessionId: string
  /** The record's other session field where it has two (Exchange's own `SessionId`); else `''`. */
  readonly otherSessionId: string
  /** When the record says its token was issued; 0 when it does not. */
  readonly issuedAtMs: number
  readonly principal: string
  readonly principalId: string
  readonly actorKind: ActorKind
  /** UAL LogonType; -1 where there is none. */
  readonly logonType: number
  /** Owner of what was accessed (MailboxOwnerUPN; for files the site's owner or `''`), lower-case. */
  readonly mailbox: string
  readonly mailboxId: string
  /** Tenant of the resource (`OrganizationId`). */
  readonly tenant: string
  /** Tenant that the token names (`TokenTenantId`); `''` when the record has none. */
  readonly tokenTenant: string
  /** Home tenant of an external user; `''` when there is none. */
  readonly externalTenant: string
  readonly appId: string
  readonly clientAppId: string
  readonly ip: string
  readonly deviceId: string
  readonly client: string
  /** Issuer or identity provider that the record names; `''` when it does not. */
  readonly issuer: string
  /** MailItemsAccessed: `Bind` or `Sync`; else `''`. */
  readonly accessType: string
  /** IsThrottled: 1 true, 0 false, -1 absent, which is not false. */
  readonly throttled: -1 | 0 | 1
  readonly items: readonly Item[]
  /** Folders whose content was synchronised, so that the record does not name the messages. */
  readonly syncedFolders: readonly SyncedFolder[]
  /** File path, URL or request URI of what was accessed; `''` for mail. */
  readonly objectPath: string
  readonly objectName: string
  /** Hash of the object where a log gives one, lower-case hex; else `''`. */
  readonly objectHash: string
  /** Bytes of the answer or the object, as logged; 0 when the record has none. */
  readonly bytes: number
  /** JSON text of what else a hunt may need (search text, rule parameters, modified properties), or `''`. */
  readonly detail: string
}

export interface SyncedFolder {
  readonly id: string
  readonly path: string
}

export interface DirectoryEntry {
  readonly principal: string
  readonly principalId: string
  readonly tenant: string
  readonly organisation: string
  readonly groups: readonly string[]
  readonly displayName: string
}

/** How many messages a folder had when it was counted: bounds what a sync could have read. */
export interface FolderInventory {
  readonly mailbox: string
  readonly folderId: string
  readonly folderPath: string
  readonly items: number
}

export interface Statement {
  readonly code: StatementCode
  /** One sentence for people. Never more than 200 characters of the input. */
  readonly text: string
  /** The period that the statement is about, where it names one; else 0. */
  readonly fromMs: number
  readonly toMs: number
}

/** A statement of no period. */
export const saying = (code: StatementCode, text: string): Statement => {
  return { code, text, fromMs: 0, toMs: 0 }
}

export type StatementCode =
  | 'audit-data-truncated'
  | 'row-cap'
  | 'result-count-short'
  | 'next-link'
  | 'extractor-gap'
  | 'portal-grouped'
  | 'date-order-unproven'
  /** Other files of the case prove the order: nothing is missing. */
  | 'date-order-from-case'
  | 'ends-early'
  | 'fields-not-carried'
  /** The log says itself that it has everything of a period. */
  | 'complete-period'

/** Where reading failed: the whole file, one row of it, or the record inside a readable row. */
export type RejectKind = 'file' | 'row' | 'payload'

/** Something that could not be read. Counted, stored with its line, and never the end of the run. */
export interface Reject {
  readonly kind: RejectKind
  /** Kebab-case, stable: what was wrong. */
  readonly reason: string
  /** Which field or limit; never a value from the log. */
  readonly detail: string
}

/** Where a reader puts what it finds. `line` is 1-based, in the decompressed text. */
export interface RecordSink {
  issuance(record: Issuance, line: number): void
  access(record: Access, line: number): void
  directory(entry: DirectoryEntry, line: number): void
  inventory(entry: FolderInventory, line: number): void
  reject(reject: Reject, line: number): void
  statement(statement: Statement, line: number): void
}

export const UNKNOWN_ACCESS: Omit<Access, 'atMs' | 'source' | 'operation' | 'service'> = {
  recordId: '',
  recordType: 0,
  outcome: '',
  tokenId: '',
  tokenIdState: 'absent',
  sessionId: '',
  otherSessionId: '',
  issuedAtMs: 0,
  principal: '',
  principalId: '',
  actorKind: '',
  logonType: -1,
  mailbox: '',
  mailboxId: '',
  tenant: '',
  tokenTenant: '',
  externalTenant: '',
  appId: '',
  clientAppId: '',
  ip: '',
  deviceId: '',
  client: '',
  issuer: '',
  accessType: '',
  throttled: -1,
  items: [],
  syncedFolders: [],
  objectPath: '',
  objectName: '',
  objectHash: '',
  bytes: 0,
  detail: '',
}

export const UNKNOWN_ISSUANCE: Omit<
  Issuance,
  'recordId' | 'atMs' | 'source' | 'category' | 'outcome' | 'tokenId' | 'tenant' | 'owner'
> = {
  sessionId: '',
  principal: '',
  principalId: '',
  homeTenant: '',
  appId: '',
  resourceId: '',
  ip: '',
  network: '',
  deviceId: '',
  client: '',
  protocol: '',
  issuer: '',
  grouped: 1,
  detail: '',
}
