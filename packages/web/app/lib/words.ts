/** What the page calls things, where the case's own word needs one more. */

/** Classes of accesses in the order in which they are drawn; `docs/scope.md` describes them. */
export const CLASSES: readonly { readonly name: string; readonly means: string }[] = [
  { name: 'forged', means: 'a token that nobody issued, or issued to somebody else' },
  { name: 'replayed', means: 'an issued token, used by another party' },
  { name: 'mis-granted', means: 'an issued token that should not have been' },
  { name: 'context', means: 'a place or client never seen before' },
  { name: 'named', means: 'selected by hand' },
  { name: 'ambiguous', means: 'could be the attacker’s or the owner’s' },
]

export const tone = (name: string): string =>
  CLASSES.some((one) => one.name === name) ? name : 'named'

export const spelled = (code: string): string => code.replaceAll('-', ' ')
