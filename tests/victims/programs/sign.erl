%% Makes a key of Erlang/OTP, signs with it, and holds it. Prints it masked: no copy of a secret is to be there that was not
%% made by signing.
-module(sign).
-export([main/1, hold/2]).

main([Kind]) ->
    {ok, _} = application:ensure_all_started(public_key),
    Holder = spawn(?MODULE, hold, [Kind, self()]),
    receive {Holder, Masked} -> io:format("masked ~s ready~n", [Masked]) end,
    timer:sleep(600000).

hold(Kind, Parent) ->
    Key = made(Kind),
    [signed(Kind, Key, integer_to_binary(I)) || I <- lists:seq(1, 20)],
    Parent ! {self(), masked(Kind, Key)},
    receive never -> signed(Kind, Key, <<>>) end.

made(ec_binary) -> element(2, crypto:generate_key(ecdh, secp256r1));
made(ec_integer) -> binary:decode_unsigned(element(2, crypto:generate_key(ecdh, secp256r1)));
made(ec_record) -> public_key:generate_key({namedCurve, secp256r1});
made(ed25519_binary) -> element(2, crypto:generate_key(eddsa, ed25519));
made(rsa_binaries) -> element(2, crypto:generate_key(rsa, {2048, 65537}));
made(rsa_record) -> public_key:generate_key({rsa, 2048, 65537}).

signed(ec_binary, Key, Text) -> crypto:sign(ecdsa, sha256, Text, [Key, secp256r1]);
signed(ec_integer, Key, Text) -> crypto:sign(ecdsa, sha256, Text, [Key, secp256r1]);
signed(ed25519_binary, Key, Text) -> crypto:sign(eddsa, none, Text, [Key, ed25519]);
signed(rsa_binaries, Key, Text) -> crypto:sign(rsa, sha256, Text, Key);
signed(_, Key, Text) -> public_key:sign(Text, sha256, Key).

%% Numbers three times what they are, and strings of bytes with each bit of a pattern turned.
masked(_, Key) when is_integer(Key) -> integer_to_list(3 * Key);
masked(_, Key) when is_binary(Key) -> turned(Key);
masked(ec_record, Key) -> turned(element(3, Key));
masked(_, [_, _, _, P, Q | _]) -> [turned(P), " ", turned(Q)];
masked(rsa_record, Key) -> io_lib:format("~b ~b", [3 * element(6, Key), 3 * element(7, Key)]).

turned(Key) -> binary:encode_hex(crypto:exor(Key, binary:copy(<<16#5a>>, byte_size(Key)))).
