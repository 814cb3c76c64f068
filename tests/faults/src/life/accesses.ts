/**
 * Records of what a token was used for: reading mail, synchronising a folder, sending, opening a file, a call of Graph.
 * Source: Office 365 Management Activity API schema; azure-monitor-docs, table MicrosoftGraphActivityLogs.
 */
import { seconds, ticks } from '../world/times.ts'
import type { Json } from '../world/world.ts'
import { type Client, type Folder, oidIn, type Person, type Tenant } from './people.ts'

/** What a resource sees of the token that was shown to it. */
export interface Shown {
  /** As the log spells it; undefined where the token carries none. */
  readonly uti: string | undefined
  readonly session: string | undefined
  readonly issuedMs: number | undefined
  /** Object id and tenant that the token names. */
  readonly oid: string
  readonly tenant: string
  /** Client application that the token names. */
  readonly app: string
}

/** One use of a token, whatever for. */
export interface Use {
  readonly id: string
  readonly atMs: number
  /** Who uses the token. */
  readonly person: Person
  /** Whose mailbox is used, where it is not the person's own. */
  readonly owner?: Person
  /** Whose service is used. */
  readonly resource: Tenant
  readonly client: Client
  readonly ip: string
  readonly shown: Shown
  /** Whether the record says nothing of a token, as those of background processes do. */
  readonly isBackground?: boolean
  /** Whether an application acts for itself, and no person. */
  readonly isApp?: boolean
}

function common({ id, atMs, resource, person }: Use, recordType: number, operation: string): Json {
  return {
    CreationTime: seconds(atMs),
    Id: id,
    Operation: operation,
    OrganizationId: resource.id,
    RecordType: recordType,
    ResultStatus: 'Succeeded',
    UserType: person.tenant.id === resource.id ? 0 : 10,
    Version: 1,
  }
}

function context({ client, shown }: Use): Json {
  return {
    ...(shown.session !== undefined && { AADSessionId: shown.session }),
    APIId: client.resource.id,
    ClientAppId: shown.app,
    ...(shown.issuedMs !== undefined && { IssuedAtTime: seconds(shown.issuedMs) }),
    ...(shown.uti !== undefined && { UniqueTokenId: shown.uti }),
  }
}

function mailbox(use: Use, recordType: number, operation: string): Json {
  const { person, client, shown } = use
  const owner = use.owner ?? person
  const isDelegate = owner !== person
  const isDesktop = client.kind === 'desktop'
  return {
    ...common(use, recordType, operation),
    UserKey: person.puid,
    Workload: 'Exchange',
    ClientIPAddress: use.ip,
    UserId: person.upn,
    ...(use.isBackground !== true && { AppAccessContext: context(use) }),
    AppId: shown.app,
    ClientAppId: shown.app,
    ClientInfoString: client.text,
    ...(isDesktop && { ClientProcessName: 'OUTLOOK.EXE', ClientVersion: '16.0.17928.20156' }),
    ExternalAccess: false,
    InternalLogonType: 0,
    LogonType: isDelegate ? 2 : 0,
    LogonUserSid: person.sid,
    MailboxGuid: owner.mailbox,
    MailboxOwnerSid: owner.sid,
    MailboxOwnerUPN: owner.upn,
    ...(use.isBackground !== true && {
      AuthType: 'Bearer',
      TokenObjectId: shown.oid,
      TokenTenantId: shown.tenant,
    }),
    OrganizationName: person.tenant.domain,
    OriginatingServer: 'DB9PR03 (15.20.7982.018)\r\n',
    ...(shown.session !== undefined && isDesktop && { SessionId: shown.session }),
  }
}

/** Messages of one folder read one by one. */
export function bind(use: Use, folder: Folder, messages: readonly string[]): Json {
  return {
    ...mailbox(use, 50, 'MailItemsAccessed'),
    OperationProperties: [
      { Name: 'MailAccessType', Value: 'Bind' },
      { Name: 'IsThrottled', Value: 'False' },
    ],
    Folders: [
      {
        Id: folder.id,
        Path: folder.path,
        FolderItems: messages.map((id, at) => ({
          InternetMessageId: id,
          SizeInBytes: 4096 + ((id.length * 7919 + at * 104_729) % 90_000),
        })),
      },
    ],
    OperationCount: messages.length,
  }
}

/** A folder brought up to date whole: the record names none of its messages. */
export function sync(use: Use, folder: Folder): Json {
  return {
    ...mailbox(use, 2, 'MailItemsAccessed'),
    OperationProperties: [{ Name: 'MailAccessType', Value: 'Sync' }],
    Item: {
      Id: folder.id,
      ParentFolder: { Id: folder.id, Name: folder.path.slice(1), Path: 'Not Available' },
    },
  }
}

/** A message sent. */
export function send(use: Use, folder: Folder, message: string): Json {
  return {
    ...mailbox(use, 2, 'Send'),
    Item: {
      Id: `RgAAAA${use.id.replaceAll('-', '')}`,
      InternetMessageId: message,
      ParentFolder: { Id: folder.id, Path: folder.path },
      SizeInBytes: 8192,
      Subject: 'Re: Thursday',
    },
  }
}

/** A file opened in the browser. */
export function openFile(use: Use, name: string): Json {
  const { person, client, resource } = use
  const site = `https://${resource.domain.split('.')[0]}.sharepoint.example/sites/team/`
  return {
    ...common(use, 6, 'FileAccessed'),
    UserKey: oidIn(person, resource),
    Workload: 'SharePoint',
    ClientIP: use.ip,
    UserId: nameIn(use),
    AppAccessContext: context(use),
    ApplicationId: use.shown.app,
    ApplicationDisplayName: client.app.name,
    EventSource: 'SharePoint',
    ItemType: 'File',
    ObjectId: `${site}Shared Documents/${name}`,
    SiteUrl: site,
    SourceFileExtension: 'docx',
    SourceFileName: name,
    SourceRelativeUrl: 'Shared Documents',
    UserAgent: client.agent,
  }
}

/** A guest's name in the tenant that has him as a guest. */
function nameIn({ person, resource }: Use): string {
  if (person.tenant.id === resource.id) return person.upn
  return `${person.upn.replace('@', '_')}#EXT#@${resource.domain}`
}

/** A request to Microsoft Graph. */
export function call(use: Use, path: string): Json {
  return {
    TenantId: '0d9a2c34-57be-4f0e-8a1c-6b2d3e4f5a61',
    TimeGenerated: ticks(use.atMs),
    AadTenantId: use.resource.id,
    AppId: use.shown.app,
    ClientAuthMethod: use.isApp === true ? 2 : 0,
    IdentityProvider: `https://sts.windows.net/${use.shown.tenant}/`,
    IPAddress: use.ip,
    OperationId: use.id,
    RequestId: use.id,
    RequestMethod: 'GET',
    RequestUri: `https://graph.microsoft.com/v1.0/${path}`,
    ResponseSizeBytes: 2048 + (path.length % 7) * 311,
    ResponseStatusCode: 200,
    ...(use.shown.session !== undefined && { SessionId: use.shown.session }),
    ...(use.shown.uti !== undefined && { SignInActivityId: use.shown.uti }),
    ...(use.shown.issuedMs !== undefined && { TokenIssuedAt: ticks(use.shown.issuedMs) }),
    UserAgent: use.client.agent,
    ...(use.isApp === true ? { ServicePrincipalId: use.shown.oid } : { UserId: use.shown.oid }),
    Type: 'MicrosoftGraphActivityLogs',
  }
}
