# What OPA answers, where it runs with --authorization=basic: whether it is there, and what the policy beside this decides. Nobody reads
# or writes policies and data through it: they come from its files.
#
# To answer only those with a token, run it with --authentication=token too, give the replicas theirs (SOMABRAIN_OPA_TOKEN), and put a
# file of this package beside this one:
#
#   refused contains "no replica's token" if not input.identity == "the token"
package system.authz

default allow := false

allow if health

allow if {
	asks
	count(refused) == 0
}

health if {
	input.method == "GET"
	input.path == ["health"]
}

asks if {
	input.method in {"GET", "POST"}
	array.slice(input.path, 0, 4) == ["v1", "data", "somabrain", "authz"]
}

refused contains "it is not what OPA is asked here" if not asks
