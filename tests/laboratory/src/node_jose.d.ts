/** What the laboratory uses of node-jose, which ships no types. */
declare module 'node-jose' {
  const JWK: { asKeyStore(keys: object): Promise<object> }
  const JWS: {
    createVerify(
      keys: object,
      options: { readonly algorithms: readonly string[]; readonly allowEmbeddedKey: boolean },
    ): { verify(token: string): Promise<{ readonly payload: Buffer; readonly header: unknown }> }
  }
  const jose: { readonly JWK: typeof JWK; readonly JWS: typeof JWS }
  export default jose
}
