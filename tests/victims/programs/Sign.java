/** Holds an RSA private key (PKCS#8 DER file, first argument), and has signed with it. */
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;

public class Sign {
  static PrivateKey key;

  public static void main(String[] arguments) throws Exception {
    byte[] der = Files.readAllBytes(Path.of(arguments[0]));
    key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
    der = null;
    for (int i = 0; i < 20; i++) {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(key);
      signature.update(new byte[] {(byte) i});
      signature.sign();
    }
    System.gc();
    System.gc();
    System.out.println("ready");
    Thread.sleep(600_000);
  }
}
