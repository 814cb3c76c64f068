/** SAML in process: what both libraries are made with. */
import type { Opened, Place } from '../specimen.ts'

/** Where the service takes responses; nothing listens there. */
export const ACS = 'https://service.example.org/acs'

/** Certificates of the issuer's metadata, base64 of DER. */
export async function certificatesOf({ metadata }: Place): Promise<string[]> {
  const xml = await (await fetch(metadata)).text()
  return [...xml.matchAll(/<X509Certificate>([^<]+)</g)].map((match) => match[1] ?? '')
}

/** @param take throws, rejects or returns false where it refuses a response */
export function samlInProcess(take: (response: string) => Promise<unknown>): Opened {
  const ask = async (xml: string) => {
    try {
      const isTaken = (await take(Buffer.from(xml).toString('base64'))) !== false
      return isTaken
        ? ({ said: 'accepted', seen: 'returned' } as const)
        : ({ said: 'refused', seen: 'returned false' } as const)
    } catch (error) {
      return { said: 'refused', seen: `threw ${error instanceof Error ? error.name : ''}` } as const
    }
  }
  return { target: { name: ACS, takes: 'saml', ask } }
}
