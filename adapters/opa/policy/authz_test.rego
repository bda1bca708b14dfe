package somabrain.authz_test

import data.somabrain.authz

asking(roles, action, owner) := {
	"subject": "ada",
	"tenant": "acme",
	"roles": roles,
	"action": action,
	"resource": {"kind": "memory", "tenant": owner, "namespace": "default", "id": null},
	"request": {"id": "r-1", "method": "POST", "path": "/recall"},
}

test_a_reader_recalls if {
	authz.allow with input as asking(["reader"], "memory:recall", "acme")
}

test_a_reader_does_not_remember if {
	not authz.allow with input as asking(["reader"], "memory:remember", "acme")
}

test_a_writer_remembers_and_erases if {
	authz.allow with input as asking(["writer"], "memory:remember", "acme")
	authz.allow with input as asking(["writer"], "memory:erase", "acme")
}

test_a_writer_gives_feedback_and_a_reader_does_not if {
	authz.allow with input as asking(["writer"], "memory:feedback", "acme")
	not authz.allow with input as asking(["reader"], "memory:feedback", "acme")
}

test_a_writer_does_not_plan if {
	not authz.allow with input as asking(["writer"], "memory:plan", "acme")
}

test_a_planner_plans_and_does_not_remember if {
	authz.allow with input as asking(["planner"], "memory:plan", "acme")
	not authz.allow with input as asking(["planner"], "memory:remember", "acme")
}

test_an_operator_reads_and_does_not_erase if {
	authz.allow with input as asking(["operator"], "memory:read", "acme")
	not authz.allow with input as asking(["operator"], "memory:erase", "acme")
}

test_an_operator_looks_at_matrices_and_only_an_admin_changes_them if {
	authz.allow with input as asking(["operator"], "density:read", "acme")
	not authz.allow with input as asking(["writer"], "density:read", "acme")
	every action in authz.administers {
		not authz.allow with input as asking(["operator", "writer", "planner"], action, "acme")
		authz.allow with input as asking(["admin"], action, "acme")
	}
}

test_an_admin_may_do_everything_in_the_own_tenant if {
	every action in authz.everything {
		authz.allow with input as asking(["admin"], action, "acme")
	}
}

test_an_admin_may_do_nothing_elsewhere if {
	every action in authz.everything {
		not authz.allow with input as asking(["admin"], action, "globex")
	}
}

test_an_unknown_action_is_denied_to_all if {
	not authz.allow with input as asking(["admin"], "memory:everything", "acme")
}

test_roles_add_up if {
	authz.allow with input as asking(["planner", "writer"], "memory:remember", "acme")
	authz.allow with input as asking(["planner", "writer"], "memory:plan", "acme")
}

test_nothing_known_nothing_allowed if {
	not authz.allow with input as {}
	not authz.allow with input as null
}

test_two_absent_tenants_are_not_the_same if {
	absent := {"roles": ["admin"], "action": "memory:read", "tenant": null, "resource": {"tenant": null}}
	not authz.allow with input as absent
}

test_roles_that_are_no_list_permit_nothing if {
	not authz.allow with input as object.union(asking([], "memory:read", "acme"), {"roles": "admin"})
}

test_a_denial_names_the_missing_role if {
	denial := authz.decision with input as asking(["visitor"], "memory:read", "acme")
	denial == {"allow": false, "reason": "no role of the caller permits it"}
}

test_a_denial_names_the_other_tenant if {
	denial := authz.decision with input as asking(["admin"], "memory:read", "globex")
	denial == {"allow": false, "reason": "it belongs to another tenant"}
}

test_a_permission_is_whole if {
	permission := authz.decision with input as asking(["reader"], "memory:read", "acme")
	permission == {"allow": true, "reason": "permitted to reader"}
}

storing(roles, source) := object.union(
	asking(roles, "memory:remember", "acme"),
	{"resource": {"kind": "memory", "tenant": "acme", "namespace": "default", "id": null, "source": source, "secrets": []}},
)

test_a_tool_stores_as_a_tool_and_does_nothing_else if {
	authz.allow with input as storing(["tool"], "tool")
	every source in {"user", "agent", "import"} {
		not authz.allow with input as storing(["tool"], source)
	}
	every action in authz.everything - {"memory:remember"} {
		not authz.allow with input as asking(["tool"], action, "acme")
	}
}

superseding(roles, source) := object.union(
	asking(roles, "memory:supersede", "acme"),
	{"resource": {"kind": "memory", "tenant": "acme", "namespace": "default", "id": null, "source": source, "secrets": []}},
)

test_an_agent_ends_what_agents_and_tools_said_and_not_what_the_user_said if {
	authz.allow with input as superseding(["agent"], "agent")
	authz.allow with input as superseding(["agent"], "tool")
	not authz.allow with input as superseding(["agent"], "user")
	not authz.allow with input as superseding(["tool"], "tool")
	authz.allow with input as superseding(["writer"], "user")
	denial := authz.decision with input as superseding(["agent"], "user")
	denial.reason == "the caller may not supersede what came in as source user, only as: agent, tool"
}

test_an_agent_does_not_speak_for_the_user if {
	authz.allow with input as storing(["agent"], "agent")
	authz.allow with input as storing(["agent"], "tool")
	not authz.allow with input as storing(["agent"], "user")
	not authz.allow with input as storing(["agent"], "import")
	authz.allow with input as asking(["agent"], "memory:plan", "acme")
	not authz.allow with input as asking(["agent"], "memory:erase", "acme")
}

test_a_writer_and_an_admin_store_as_every_source if {
	every source in {"user", "agent", "tool", "import"} {
		authz.allow with input as storing(["writer"], source)
		authz.allow with input as storing(["admin"], source)
		authz.allow with input as storing(["tool", "writer"], source)
	}
}

test_a_source_that_nobody_knows_is_claimed_by_nobody if {
	not authz.allow with input as storing(["admin"], "oracle")
}

test_a_denial_names_the_sources_that_may_be_claimed if {
	denial := authz.decision with input as storing(["agent"], "user")
	denial.reason == "the caller may not store as source user, only as: agent, tool"
}

test_who_may_store_nothing_hears_so if {
	denial := authz.decision with input as storing(["reader"], "user")
	denial.reason == "the caller may not store as source user, only as: nothing"
}
