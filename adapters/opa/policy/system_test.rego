package system.authz_test

import data.system.authz

test_it_says_whether_it_is_there if {
	authz.allow with input as {"method": "GET", "path": ["health"]}
}

test_it_decides if {
	authz.allow with input as {"method": "POST", "path": ["v1", "data", "somabrain", "authz"]}
	authz.allow with input as {"method": "POST", "path": ["v1", "data", "somabrain", "authz", "decision"]}
}

test_nobody_reads_or_writes_policies_and_data if {
	every path in [["v1", "policies"], ["v1", "policies", "authz.rego"], ["v1", "data"], ["v1", "data", "somabrain"], ["v1", "config"], ["v1", "query"], ["v1", "compile"], []] {
		every method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
			not authz.allow with input as {"method": method, "path": path}
		}
	}
	every method in ["PUT", "PATCH", "DELETE"] {
		not authz.allow with input as {"method": method, "path": ["v1", "data", "somabrain", "authz"]}
	}
}

test_nothing_known_nothing_allowed if {
	not authz.allow with input as {}
	not authz.allow with input as null
}
