# Who may do what. Asked with
#
#   {"subject", "tenant", "roles", "action",
#    "resource": {"kind", "tenant", "namespace", "id", "source", "secrets"},
#    "request": {"id", "method", "path"}}
#
# where subject, tenant and roles come from the caller's token, and answering `allow` and `reason`. `source` is by which path
# what is to be stored comes in, `secrets` what in it looks like one. Of a memory that an id names, or that what is stored
# supersedes, `namespace` and `source` are its own.
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
# What nothing permits is denied, and no file can open one tenant's memories to another through `permitted`. A role of your
# own that stores memories says as which sources, `claimed contains "tool" if "crawler" in input.roles`: what has no word for it
# may not be claimed.
package somabrain.authz

reads := {"memory:recall", "memory:read", "session:read"}

writes := {"memory:remember", "memory:supersede", "memory:change", "memory:erase", "memory:feedback", "session:end"}

plans := {"memory:plan"}

watches := {"density:read", "audit:read", "maintenance:read"}

administers := {"density:reset", "density:restore", "maintenance:change"}

everything := (((reads | writes) | plans) | watches) | administers

# Who stores, and learns nothing by it but whether that was there already.
stores := {"memory:remember"}

grants := {
	"reader": reads,
	"writer": reads | writes,
	"agent": ((reads | plans) | stores) | {"memory:supersede", "memory:feedback", "session:end"},
	"tool": stores,
	"planner": reads | plans,
	"operator": reads | watches,
	"admin": everything,
}

# As which sources a role may store: a tool cannot claim that the user said it. What others said is not superseded by it
# either. A writer speaks for its users.
sources := {
	"writer": {"user", "agent", "tool", "import"},
	"agent": {"agent", "tool"},
	"tool": {"tool"},
	"admin": {"user", "agent", "tool", "import"},
}

claimed contains source if {
	is_array(input.roles)
	some role in input.roles
	some source in sources[role]
}

claims := concat(", ", claimed) if count(claimed) > 0 else := "nothing"

default allow := false

allow if {
	permitted
	count(forbidden) == 0
}

default permitted := false

permitted if count(granting) > 0

granting contains role if {
	is_array(input.roles)
	some role in input.roles
	input.action in grants[role]
}

forbidden contains "it belongs to another tenant" if not own

bound := {
	"memory:remember": "store as source",
	"memory:supersede": "supersede what came in as source",
}

forbidden contains reason if {
	what := bound[input.action]
	is_string(input.resource.source)
	not input.resource.source in claimed
	reason := concat("", ["the caller may not ", what, " ", input.resource.source, ", only as: ", claims])
}

own if {
	is_string(input.tenant)
	input.resource.tenant == input.tenant
}

default reason := "no role of the caller permits it"

reason := concat("", ["permitted to ", concat(", ", granting)]) if {
	allow
	count(granting) > 0
} else := "permitted" if {
	allow
} else := concat(", ", forbidden) if {
	count(forbidden) > 0
}

# Both answers as one, for those who ask for one rule.
decision := {"allow": allow, "reason": reason}
