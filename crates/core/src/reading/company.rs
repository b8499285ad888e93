//! The company that an e-mail address names.

/// Mail services that give everybody an address: their domain names no company.
const FREE_MAIL: [&str; 14] = [
    "gmail.com",
    "yahoo.com",
    "yahoo.com.tw",
    "hotmail.com",
    "outlook.com",
    "live.com",
    "msn.com",
    "icloud.com",
    "me.com",
    "qq.com",
    "163.com",
    "126.com",
    "pchome.com.tw",
    "hinet.net",
];

/// The first label of the address's domain in upper case, unless everybody can have that domain.
pub fn company_of_email(email: &str) -> Option<String> {
    let (_, domain) = email.trim().rsplit_once('@')?;
    if FREE_MAIL.contains(&domain.to_lowercase().as_str()) {
        return None;
    }
    let label = domain.split('.').next()?.trim();
    (!label.is_empty()).then(|| label.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_is_named_by_its_own_domain_only() {
        for (email, company) in [
            ("boss@bistro4.com.tw", Some("BISTRO4")),
            ("INFO@Cafe-7.TW", Some("CAFE-7")),
            ("a@b@shop.tw", Some("SHOP")),
            ("owner@GMAIL.com", None),
            ("owner@yahoo.com.tw", None),
            ("owner@mail.gmail.com", Some("MAIL")),
            ("nobody", None),
            ("x@", None),
            ("x@.tw", None),
        ] {
            assert_eq!(company_of_email(email).as_deref(), company, "{email}");
        }
        assert!(
            FREE_MAIL
                .iter()
                .all(|domain| company_of_email(&format!("x@{domain}")).is_none())
        );
    }
}
