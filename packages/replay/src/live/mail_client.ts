/* oxlint-disable no-await-in-loop -- one message after the other, as a mail program does */
/** A mail program: imapflow, with a token in place of a password. */
import { ImapFlow } from 'imapflow'

export interface ReadMessage {
  readonly folder: string
  readonly uid: number
  readonly messageId: string
}

interface MailAccount {
  readonly port: number
  readonly user: string
  readonly token: string
}

const FOLDER = 'INBOX'

/** Messages are not marked as seen. Undefined where the server refuses the login. */
export async function readInbox(
  account: MailAccount,
  most: number,
): Promise<ReadMessage[] | undefined> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: account.port,
    secure: false,
    doSTARTTLS: false,
    auth: { user: account.user, accessToken: account.token },
    logger: false,
  })
  // What breaks the connection also rejects the call that waits for it.
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (cause) {
    client.close()
    if (cause instanceof Error && 'authenticationFailed' in cause) return undefined
    throw cause
  }
  try {
    return await readAll(client, most)
  } finally {
    await client.logout()
  }
}

async function readAll(client: ImapFlow, most: number): Promise<ReadMessage[]> {
  await client.mailboxOpen(FOLDER, { readOnly: true })
  const uids = (await client.search({ all: true }, { uid: true })) || []
  const read: ReadMessage[] = []
  for (const uid of uids.slice(0, most)) {
    const fetched = await client.fetchOne(String(uid), { source: true }, { uid: true })
    const text = fetched === false ? '' : (fetched.source?.toString('utf8') ?? '')
    const messageId = /^message-id: *(\S+)/im.exec(text)?.[1] ?? ''
    read.push({ folder: FOLDER, uid, messageId })
  }
  return read
}
