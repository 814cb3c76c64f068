/** What a document says of keys. */
import type { ListedKey } from './key.ts'

type DocumentKind = 'jwks' | 'metadata' | 'saml' | 'pem'

export interface KeyDocument {
  readonly kind: DocumentKind
  readonly issuer: string | undefined
  readonly keys: readonly ListedKey[]
  readonly unread: readonly string[]
  /** Published secrets: `a private key in PEM`, `a symmetric key`. Private members are with their key. */
  readonly secrets: readonly string[]
  /** Members of metadata that list algorithms, such as `id_token_signing_alg_values_supported`. */
  readonly algorithms: Readonly<Partial<Record<string, readonly string[]>>>
  readonly endpoints: Readonly<Partial<Record<string, string>>>
  readonly validUntilMs: number | undefined
}

export type ReadDocument = { readonly document: KeyDocument } | { readonly problem: string }
