//! The OWASP API Security Top 10 of 2023 as a table of tests. The test below fails when a test of the
//! table does not exist, and when a risk has no test.
//!
//! | risk | test |
//! |---|---|
//! | API1:2023 Broken Object Level Authorization | `attack::owasp::fields::every_field_of_every_target_is_changed_by_exactly_the_callers_of_the_contract_s_table` |
//! | | `access::every_endpoint_answers_every_caller_as_the_matrix_says` |
//! | | `attack::owasp::probing::a_caller_without_access_cannot_tell_by_response_or_time_whether_a_user_exists` |
//! | | `attack::owasp::probing::for_all_but_an_admin_a_deleted_user_looks_like_a_missing_one` |
//! | | `update_user::a_service_without_an_account_counts_with_its_token_s_roles` |
//! | API2:2023 Broken Authentication | `attack::algorithms::the_algorithm_must_be_on_the_allow_list_and_fit_the_key_whatever_the_header_says` |
//! | | `attack::headers::a_header_cannot_supply_a_key_have_one_fetched_or_change_the_type_of_a_token` |
//! | | `attack::signatures::an_altered_truncated_invented_or_re_encoded_signature_does_not_count` |
//! | | `attack::parts::a_token_has_three_parts_in_one_encoding_with_unambiguous_json` |
//! | | `attack::claims::issuer_audience_and_subject_are_required_exact_and_of_their_type` |
//! | | `attack::times::a_token_counts_until_60_seconds_after_exp_and_from_60_seconds_before_nbf_on` |
//! | | `attack::transport::a_token_counts_in_one_authorization_header_with_the_scheme_bearer_and_nowhere_else` |
//! | | `user_fields::a_password_of_the_wrong_length_or_easy_to_guess_is_refused` |
//! | API3:2023 Broken Object Property Level Authorization | `attack::owasp::fields::every_field_of_a_new_user_is_set_by_exactly_the_callers_of_the_contract` |
//! | | `attack::owasp::fields::no_stored_attribute_can_be_set_by_its_name` |
//! | | `update_user::the_second_curl_command_of_the_contract_answers_the_shape_of_the_contract` |
//! | | `user_fields::a_password_is_stored_as_an_argon2id_hash_and_shown_to_nobody` |
//! | | `find_user::any_spelling_with_the_same_key_finds_the_user` |
//! | API4:2023 Unrestricted Resource Consumption | `attack::owasp::consumption::no_password_is_hashed_for_a_caller_who_may_not_set_it` |
//! | | `attack::owasp::consumption::even_the_longest_list_of_violations_has_a_limit` |
//! | | `door::a_body_of_16_kib_is_read_and_a_larger_one_is_413` |
//! | | `bad_input::a_body_that_is_no_json_object_of_known_fields_is_400_and_changes_nothing` |
//! | | `check_username::forty_checks_at_once_are_allowed_and_then_one_in_two_seconds_for_each_caller` |
//! | | `faults::a_database_that_never_answers_is_503_within_5_seconds_and_works_when_it_is_back` |
//! | API5:2023 Broken Function Level Authorization | `access::every_endpoint_answers_every_caller_as_the_matrix_says` |
//! | | `access::every_endpoint_answers_its_own_method_only` |
//! | | `attack::owasp::surface::no_header_overrides_the_method_or_the_path` |
//! | | `update_user::a_revoked_admin_with_a_still_valid_token_may_do_nothing_more` |
//! | API6:2023 Unrestricted Access to Sensitive Business Flows | `change_username::the_second_change_is_refused_until_30_days_have_passed` |
//! | | `change_username::the_old_name_is_held_for_37_days_and_then_free_without_a_ttl_sweep` |
//! | | `concurrency::of_50_different_renames_that_one_user_sends_at_once_exactly_one_succeeds` |
//! | API7:2023 Server Side Request Forgery | `attack::owasp::surface::the_api_never_connects_to_an_address_in_a_request` |
//! | | `attack::headers::a_header_cannot_supply_a_key_have_one_fetched_or_change_the_type_of_a_token` |
//! | | `attack::owasp::surface::a_redirect_of_the_issuer_s_server_is_not_followed` |
//! | API8:2023 Security Misconfiguration | `attack::owasp::verbosity::every_failure_of_dynamodb_answers_constant_sentences` |
//! | | `attack::owasp::surface::every_response_forbids_storing_and_sniffing_and_does_not_identify_the_server` |
//! | | `door::a_panic_and_an_internal_error_answer_one_constant_sentence` |
//! | | `log::no_secret_and_no_personal_datum_is_logged` |
//! | | `deployment::every_function_has_exactly_the_permissions_that_its_sample_events_need` |
//! | API9:2023 Improper Inventory Management | `attack::owasp::surface::every_route_is_in_the_reference_and_no_other_version_or_spelling_exists` |
//! | | `access::every_endpoint_has_a_folder_and_every_folder_an_endpoint` |
//! | | `deployment::every_endpoint_has_a_function_of_its_name_with_its_route_and_every_function_an_endpoint` |
//! | API10:2023 Unsafe Consumption of APIs | `jwks::when_a_fetch_fails_known_keys_keep_working_and_a_token_of_an_unknown_key_is_503` |
//! | | `jwks::an_issuer_that_never_answers_is_503_within_5_seconds` |
//! | | `attack::owasp::surface::a_redirect_of_the_issuer_s_server_is_not_followed` |
//! | | `attack::owasp::verbosity::every_failure_of_dynamodb_answers_constant_sentences` |
//! | | `connections::the_store_connects_to_no_server_without_the_bundle_or_under_another_name` |

mod consumption;
mod fields;
mod probing;
mod surface;
mod verbosity;

use std::collections::BTreeMap;
use std::path::Path;

/// Returns the tests of each risk from the table above.
fn table() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut table: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut risk = "";
    for row in include_str!("mod.rs").lines().filter_map(|line| line.strip_prefix("//! | ")) {
        let Some((name, test)) = row.split_once("| `") else { continue };
        risk = name.split_whitespace().next().unwrap_or(risk);
        table.entry(risk).or_default().push(test.strip_suffix("` |").unwrap());
    }
    table
}

#[test]
fn every_risk_of_2023_has_tests_and_every_test_of_the_table_is_there() {
    let table = table();
    let risks: Vec<String> = (1..=10).map(|number| format!("API{number}:2023")).collect();
    assert_eq!(table.len(), risks.len());
    assert!(risks.iter().all(|risk| table.contains_key(risk.as_str())), "{table:?}");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for test in table.into_values().flatten() {
        let (module, name) = test.rsplit_once("::").unwrap();
        let file = source.join(module.replace("::", "/")).with_extension("rs");
        let code = std::fs::read_to_string(&file).unwrap_or_else(|_| panic!("no module {module}"));
        let before = code.split_once(&format!("fn {name}(")).map(|(before, _)| before);
        let attribute = before.and_then(|before| before.trim_end_matches("async ").lines().last());
        let is_test = |line: &str| line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        assert!(attribute.is_some_and(is_test), "no test {test}");
    }
}
