# Who may do what. Asked with
#
#   {"subject", "tenant", "roles", "action",
#    "resource": {"kind", "tenant", "namespace", "id"},
#    "request": {"id", "method", "path"}}
#
# where subject, tenant and roles come from the caller's token, and answering `allow` and `reason`.
#
# To extend it, put another file of this package beside this one. It may add rules that permit,
#
#   permitted if {
#       "auditor" in input.roles
#       input.action == "memory:read"
#   }
#
# and rules that forbid, which win over all that permit:
#
#   forbidden contains "only an admin erases a namespace" if {
#       input.action == "memory:erase"
#       input.resource.kind == "namespace"
#       not "admin" in input.roles
#   }
#
# What nothing permits is denied, and no file can open one tenant's memories to another through `permitted`.
package somabrain.authz

reads := {"memory:recall", "memory:read", "session:read"}

writes := {"memory:remember", "memory:change", "memory:erase", "memory:feedback", "session:end"}

plans := {"memory:plan"}

watches := {"density:read", "maintenance:read"}

administers := {"density:reset", "density:restore", "maintenance:change"}

everything := (((reads | writes) | plans) | watches) | administers

grants := {
	"reader": reads,
	"writer": reads | writes,
	"planner": reads | plans,
	"operator": reads | watches,
	"admin": everything,
}

default allow := false

allow if {
	permitted
	count(forbidden) == 0
}

default permitted := false

permitted if {
	is_array(input.roles)
	some role in input.roles
	input.action in grants[role]
}

forbidden contains "it belongs to another tenant" if not own

own if {
	is_string(input.tenant)
	input.resource.tenant == input.tenant
}

default reason := "no role of the caller permits it"

reason := "permitted" if {
	allow
} else := concat(", ", forbidden) if {
	count(forbidden) > 0
}

# Both answers as one, for those who ask for one rule.
decision := {"allow": allow, "reason": reason}
