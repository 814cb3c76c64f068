import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwk.HttpsJwks;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.HttpsJwksVerificationKeyResolver;
import org.jose4j.keys.resolvers.VerificationKeyResolver;
import org.jose4j.lang.UnresolvableKeyException;

/** A server that takes bearer tokens, with jose4j. Settings come from the environment; prints its port. */
public final class Jose4jVerifier {
  private static final Map<String, String> ENV = System.getenv();
  private static final String FAULT = ENV.get("FAULT");
  private static final int TWO_DAYS_S = 2 * 86_400;

  private static boolean isBound(JsonWebKey key) {
    if (FAULT.equals("kid")) return true;
    if (!ENV.get("ISSUER").equals(key.getOtherParameterValue("issuer", Object.class))) return false;
    Object keyClass = key.getOtherParameterValue("x_class", Object.class);
    return "enterprise".equals(keyClass) || FAULT.equals("retired") && "retired".equals(keyClass);
  }

  private static VerificationKeyResolver keys() {
    HttpsJwks listed = new HttpsJwks(ENV.get("JWKS_URI"));
    listed.setDefaultCacheDuration(Long.parseLong(ENV.get("CACHE_S")));
    // Else the no-store of the issuer shortens it.
    listed.setRefreshReprieveThreshold(0);
    HttpsJwksVerificationKeyResolver all = new HttpsJwksVerificationKeyResolver(listed);
    return (signature, nesting) -> {
      try {
        JsonWebKey found =
            listed.getJsonWebKeys().stream()
                .filter(key -> key.getKeyId().equals(signature.getKeyIdHeaderValue()))
                .findFirst()
                .orElse(null);
        if (found != null && !isBound(found))
          throw new UnresolvableKeyException("a key of another issuer or class");
      } catch (java.io.IOException | org.jose4j.lang.JoseException error) {
        throw new UnresolvableKeyException("no keys", error);
      }
      return all.resolveKey(signature, nesting);
    };
  }

  private static JwtConsumer consumer() {
    JwtConsumerBuilder builder =
        new JwtConsumerBuilder()
            .setVerificationKeyResolver(keys())
            .setJwsAlgorithmConstraints(
                new AlgorithmConstraints(ConstraintType.PERMIT, "ES256"));
    if (FAULT.equals("expiry")) builder.setAllowedClockSkewInSeconds(TWO_DAYS_S);
    else builder.setRequireExpirationTime();
    if (!FAULT.equals("type")) builder.setExpectedType(true, "at+jwt");
    if (!FAULT.equals("issuer")) builder.setExpectedIssuer(ENV.get("ISSUER"));
    if (FAULT.equals("audience")) builder.setSkipDefaultAudienceValidation();
    else builder.setExpectedAudience(ENV.get("AUDIENCE"));
    return builder.build();
  }

  public static void main(String[] args) throws Exception {
    JwtConsumer consumer = consumer();
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/",
        exchange -> {
          List<String> given = exchange.getRequestHeaders().getOrDefault("authorization", List.of(""));
          int status = 200;
          try {
            consumer.process(given.get(0).replaceFirst("^Bearer ", ""));
          } catch (Exception error) {
            status = 401;
          }
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
    System.out.println("port " + server.getAddress().getPort());
  }
}
