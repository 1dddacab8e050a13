//! Which route a caller meant whose path or method the API does not have.

use axum::http::Method;

use super::route::Route;

/// The methods of a path, as in `Allow`.
pub(super) fn methods(routes: &[Route], path: &str) -> String {
    let mut methods = Vec::new();
    for route in routes.iter().filter(|route| route.path == path) {
        methods.push(route.method.as_str());
        if route.method == Method::GET {
            methods.push(Method::HEAD.as_str());
        }
    }
    methods.join(", ")
}

/// The route that the caller meant, if one is near: the path is the same without regard to `/api`, the
/// version, the case of letters and superfluous slashes. Where the path has led to a pattern with other
/// methods, `asked`, a route is near only when it has fewer parameters.
pub(super) fn route<'a>(
    routes: &'a [Route],
    method: &Method,
    path: &str,
    asked: Option<&str>,
) -> Option<&'a Route> {
    let limit = asked.map_or(usize::MAX, parameters);
    let near = |route: &&Route| parameters(route.path) < limit && is_near(route.path, path);
    let distance = |route: &&Route| (route.method != method, parameters(route.path));
    routes.iter().filter(near).min_by_key(distance)
}

fn parameters(pattern: &str) -> usize {
    segments(pattern).filter(|segment| is_parameter(segment)).count()
}

fn is_near(pattern: &str, path: &str) -> bool {
    let matches = |(pattern, segment): (&str, &str)| {
        is_parameter(pattern) || pattern.eq_ignore_ascii_case(segment)
    };
    let count = segments(pattern).count();
    count == segments(path).count() && segments(pattern).zip(segments(path)).all(matches)
}

/// The segments of a path, without its prefix and without empty ones.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    let is_prefix = |segment: &&str| {
        let version = segment.strip_prefix(['v', 'V']);
        segment.eq_ignore_ascii_case("api")
            || version.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    path.split('/').filter(|segment| !segment.is_empty()).skip_while(is_prefix)
}

fn is_parameter(segment: &str) -> bool {
    segment.starts_with('{')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limit::CallerQuota;

    const ROUTES: [(Method, &str); 4] = [
        (Method::PATCH, "/api/v1/users/username"),
        (Method::PATCH, "/v1/users/update"),
        (Method::POST, "/v1/users"),
        (Method::GET, "/v1/users/{userId}"),
    ];

    fn routes() -> Vec<Route> {
        let quota = CallerQuota::Read;
        let route = |(method, path)| Route { operation: "", method, path, quota };
        ROUTES.map(route).into()
    }

    #[test]
    fn the_route_that_was_meant_is_found() {
        let routes = routes();
        for (method, path, asked, meant) in [
            // Dropped, added, and with another version.
            ("PATCH", "/v1/users/username", Some("/v1/users/{userId}"), "/api/v1/users/username"),
            ("PATCH", "/api/v1/users/update", None, "/v1/users/update"),
            ("PATCH", "/users/update", None, "/v1/users/update"),
            ("PATCH", "/api/v2/users/username", None, "/api/v1/users/username"),
            ("POST", "/api/v1/users", None, "/v1/users"),
            ("GET", "/api/v1/users/5b8c", None, "/v1/users/{userId}"),
            // Spelt otherwise.
            ("PATCH", "/v1/Users/Update/", None, "/v1/users/update"),
            ("PATCH", "//api/v1/users//username", None, "/api/v1/users/username"),
            // With another method: what has no parameter is nearer.
            ("PUT", "/v1/users/username", Some("/v1/users/{userId}"), "/api/v1/users/username"),
            ("PUT", "/users/update", None, "/v1/users/update"),
        ] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let found = route(&routes, &method, path, asked).map(|route| route.path);
            assert_eq!(found, Some(meant), "{method} {path}");
        }
    }

    #[test]
    fn nothing_is_near_to_a_path_of_another_kind() {
        for path in
            ["/", "", "/nowhere", "/v1/users/a/b", "/api", "/v1", "/users/update/x", "/{userId}"]
        {
            assert!(route(&routes(), &Method::GET, path, None).is_none(), "{path}");
        }
    }

    #[test]
    fn a_path_that_is_right_means_no_other_route() {
        for path in ["/api/v1/users/username", "/v1/users/{userId}"] {
            for method in [Method::PUT, Method::GET] {
                assert!(route(&routes(), &method, path, Some(path)).is_none(), "{method} {path}");
            }
        }
    }

    #[test]
    fn a_get_has_head_as_well() {
        assert_eq!(methods(&routes(), "/v1/users/{userId}"), "GET, HEAD");
        assert_eq!(methods(&routes(), "/v1/users/update"), "PATCH");
    }
}
