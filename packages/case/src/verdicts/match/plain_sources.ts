/** Sources of systems that have an identity provider of their own, as a list in SQL: Microsoft's rules are not for them. */
export const PLAIN_SOURCES = "('dovecot', 'keycloak', 'mintmark')"
