extension Platforms {
  /// The platforms that this program knows without a file: those that campaigns, charities and
  /// parties in the United Kingdom write through, with the domains that they sign and send by.
  public static let builtIn: Platforms =
    (try? Platforms(parsing: Array(builtInText.utf8))) ?? Platforms([])

  /// In the form of a users' file.
  static let builtInText = #"""
    {"platforms": [
      {"name": "Mailchimp", "signing": ["mcsv.net", "mcdlv.net", "rsgsv.net", "mailchimpapp.net", "mandrillapp.com"],
       "sites": ["mailchimp.com", "mandrill.com"], "fields": ["X-MC-User", "X-Mandrill-"],
       "customer": ["X-MC-User", "X-Mandrill-User", "Feedback-ID:1", "List-Id"]},
      {"name": "SendGrid", "signing": ["sendgrid.net", "sendgrid.me", "sendgrid.info"],
       "sites": ["sendgrid.com"], "fields": ["X-SG-EID", "X-SG-ID"], "customer": ["X-Entity-ID", "List-Id"]},
      {"name": "Amazon SES", "signing": ["amazonses.com"], "fields": ["X-SES-Outgoing"],
       "customer": ["Feedback-ID:1", "List-Id"]},
      {"name": "Mailgun", "signing": ["mailgun.org", "mailgun.net"], "sites": ["mailgun.com"],
       "fields": ["X-Mailgun-"], "customer": ["List-Id"]},
      {"name": "Campaign Monitor", "signing": ["createsend.com", "cmail19.com", "cmail20.com"],
       "sites": ["campaignmonitor.com"], "customer": ["List-Id"]},
      {"name": "Dotdigital", "signing": ["dotmailer.com", "dotdigital.com"], "customer": ["List-Id"]},
      {"name": "Action Network", "signing": ["actionnetwork.org"], "customer": ["List-Id"]},
      {"name": "NationBuilder", "signing": ["nationbuilder.com"], "customer": ["List-Id"]},
      {"name": "Blue State", "signing": ["bluestatedigital.com", "bsd.net"], "customer": ["List-Id"]},
      {"name": "EveryAction (NGP VAN)", "signing": ["everyaction.com", "ngpvan.com", "ngpweb.com"],
       "customer": ["List-Id"]},
      {"name": "Engaging Networks", "signing": ["engagingnetworks.net", "e-activist.com", "netdonor.net"],
       "customer": ["List-Id"]},
      {"name": "Salesforce Marketing Cloud", "signing": ["exacttarget.com"],
       "fields": ["X-SFMC-"], "customer": ["X-Job", "List-Id"]},
      {"name": "HubSpot", "signing": ["hubspotemail.net", "hubspot.com"], "customer": ["Feedback-ID", "List-Id"]},
      {"name": "Brevo", "signing": ["sendinblue.com", "brevo.com", "sender-sib.com", "mailin.fr"],
       "fields": ["X-Mailin-"], "customer": ["X-Mailin-Client", "Feedback-ID", "List-Id"]},
      {"name": "Constant Contact", "signing": ["ccsend.com", "constantcontact.com"],
       "fields": ["X-Roving-"], "customer": ["X-Roving-ID", "Feedback-ID", "List-Id"]},
      {"name": "Mailjet", "signing": ["mailjet.com"], "fields": ["X-MJ-", "X-Mailjet-"],
       "customer": ["Feedback-ID:1", "List-Id"]},
      {"name": "SparkPost", "signing": ["sparkpostmail.com"], "sites": ["sparkpost.com"],
       "customer": ["List-Id"]},
      {"name": "Postmark", "signing": ["mtasv.net"], "sites": ["postmarkapp.com"],
       "fields": ["X-PM-Message-Id"], "customer": ["Feedback-ID", "List-Id"]},
      {"name": "Customer.io", "signing": ["customeriomail.com"], "sites": ["customer.io"],
       "customer": ["Feedback-ID", "List-Id"]},
      {"name": "Klaviyo", "signing": ["klaviyomail.com"], "sites": ["klaviyo.com"],
       "fields": ["X-Kmail-"], "customer": ["X-Kmail-Account", "List-Id"]},
      {"name": "Substack", "signing": ["substack.com"], "customer": ["List-Id"]},
      {"name": "Google Groups", "signing": ["googlegroups.com"], "fields": ["X-Google-Group-Id"],
       "customer": ["X-Google-Group-Id", "List-Id"]},
      {"name": "Google Workspace", "signing": ["gappssmtp.com"], "customer": ["d="]},
      {"name": "Microsoft 365", "signing": ["onmicrosoft.com"], "customer": ["d="]}
    ]}
    """#
}
